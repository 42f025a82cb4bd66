"""The contract of optimizers."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from convlab import kernels
from convlab.contracts.optimizer import Closure, Look, Optimizer
from convlab.contracts.parameter import Array, Parameter, ParameterBuffers
from convlab.errors import RecordError
from convlab.testing.expectations import NotApplicableError, expect, expect_close, expect_same
from convlab.testing.network import SmallProblem
from convlab.testing.subject import Subject

_DTYPES = (np.float32, np.float64)


def check_is_an_optimizer(subject: Subject) -> None:
    """The factory makes an `convlab.plugin.Optimizer`."""
    made = subject.build(buffers())
    expect(isinstance(made, Optimizer), "made", where="at the defaults", got=made, expected="an Optimizer")


def check_keeps_its_base_rate(subject: Subject) -> None:
    """The attribute ``lr``, which the engine multiplies by the schedule, is the setting ``lr``."""
    field = subject.offer.fields.get("lr")
    if field is None or not isinstance(field.default, float):
        raise NotApplicableError("has no setting 'lr' with a number as its default")
    got = _optimizer(subject, buffers()).lr
    expect(got == field.default, "lr", where="at the defaults", got=got, expected=field.default)


def check_lowers_a_parabola(subject: Subject) -> None:
    """At its default rate it lowers a parabola of uneven curvature by a fifth within 300 steps."""
    parameters = buffers()
    values, gradients = parameters.values, parameters.gradients
    curvature = np.linspace(0.1, 2.0, values.size)

    def height() -> float:
        gradients[...] = curvature * values
        return float((curvature * values**2).sum() / 2)

    _expect_lowered("parabola", _optimizer(subject, parameters), height, steps=300, factor=0.8)


def check_lowers_the_rosenbrock_valley(subject: Subject) -> None:
    """At its default rate it gets along Rosenbrock's bent valley: a tenth lower after 1,000 steps."""
    parameters = ParameterBuffers([Parameter("dense1.weight", "dense_weight", (1, 2))], np.float64)
    chosen = _optimizer(subject, parameters)
    values, gradients = parameters.values, parameters.gradients
    values[...] = (-1.2, 1.0)
    scale = 1e-3  # its curvature reaches 1,000: more than a default rate without adaptation survives

    def height() -> float:
        x, y = values
        gradients[0] = scale * (-2 * (1 - x) - 400 * x * (y - x * x))
        gradients[1] = scale * 200 * (y - x * x)
        return float(scale * ((1 - x) ** 2 + 100 * (y - x * x) ** 2))

    _expect_lowered("height in the valley", chosen, height, steps=1000, factor=0.9)


def check_lowers_a_small_convolution(subject: Subject) -> None:
    """At its default rate it trains a convolution on four classes: the loss a tenth lower in 200 steps."""
    problem = SmallProblem()
    chosen = _optimizer(subject, problem.parameters)
    _expect_lowered("loss of the convolution", chosen, problem.loss, steps=200, factor=0.9)


def check_follows_the_rate(subject: Subject) -> None:
    """The rate given to ``step``, which a schedule changes, decides how far it goes."""
    moved = []
    for factor in (1.0, 0.25):
        parameters = buffers()
        chosen, before = _optimizer(subject, parameters), parameters.values.copy()
        random_steps(chosen, range(3), rate=factor * chosen.lr)
        moved.append(float(np.abs(parameters.values - before).sum()))
    expect(
        moved[1] < moved[0],
        "way of three steps",
        where="at a quarter of the rate",
        got=f"{moved[1]:.6g}",
        expected=f"less than the {moved[0]:.6g} at the full rate",
    )


def check_zero_gradients_move_nothing(subject: Subject) -> None:
    """Without a gradient nothing moves, but for weight decay, which makes weights smaller."""
    for dtype in _DTYPES:
        parameters = buffers(dtype)
        before = parameters.values.copy()
        chosen = _optimizer(subject, parameters)
        for _ in range(3):
            _step_along(chosen, lambda: 0.0)
        where, decayed = f"after zero gradients in {np.dtype(dtype)}", parameters.decayed
        grown = ~(np.abs(parameters.values[:decayed]) <= np.abs(before[:decayed]))
        expect(not grown.any(), "weights that grew", where=where, got=int(grown.sum()), expected="none")
        expect_same("biases", where, parameters.values[decayed:], before[decayed:])


def check_leaves_frozen_parameters(subject: Subject) -> None:
    """A frozen parameter stays as it is, whatever its gradient."""
    parameters = buffers()
    frozen = next(parameter for parameter in parameters if not parameter.trainable)
    frozen.gradient[...] = 1.0
    before = frozen.value.copy()
    random_steps(_optimizer(subject, parameters), range(5))
    expect_same("frozen parameter", "after 5 steps", frozen.value, before)


def check_updates_in_place(subject: Subject) -> None:
    """The layers' arrays change, not copies of them."""
    parameters = buffers()
    chosen, values, gradients = _optimizer(subject, parameters), parameters.values, parameters.gradients
    before = values.copy()
    random_steps(chosen, range(2))
    kept = parameters.values is values and parameters.gradients is gradients
    expect(kept, "buffers", where="after two steps", got="others", expected="the same arrays")
    changed = not np.array_equal(values, before)
    expect(changed, "values that the layers see", where="after two steps", got="unchanged", expected="others")


def check_keeps_dtypes(subject: Subject) -> None:
    """Values of float32 stay float32, and float arrays of the state have their dtype."""
    for dtype in _DTYPES:
        parameters = buffers(dtype)
        chosen = _optimizer(subject, parameters)
        before = {name: array.dtype for name, array in chosen.state().items()}
        random_steps(chosen, range(3))
        where = f"after steps in {np.dtype(dtype)}"
        for name, array in {"values": parameters.values, **chosen.state()}.items():
            expected = before.get(name, np.dtype(dtype))
            expect(
                array.dtype == expected, f"dtype of {name}", where=where, got=array.dtype, expected=expected
            )


def check_same_gradients_give_the_same(subject: Subject) -> None:
    """Two optimizers that see the same gradients take the same way, bit by bit."""
    ways = []
    for _ in range(2):
        parameters = buffers()
        random_steps(_optimizer(subject, parameters), range(5))
        ways.append(parameters.values.copy())
    expect_same("values", "after 5 equal steps", ways[1], ways[0])


def check_same_for_any_number_of_threads(subject: Subject) -> None:
    """One thread gives the bits that three give, matrices of some size included."""
    ways = []
    for threads in (1, 2, 3):
        parameters = ParameterBuffers(
            [
                Parameter("conv1.weight", "conv_weight", (24, 3, 3, 16)),
                Parameter("conv1.bias", "bias", (24,)),
                Parameter("dense1.weight", "dense_weight", (40, 96)),
                Parameter("dense2.weight", "dense_weight", (10, 40)),
            ]
        )
        with kernels.use_threads(threads):
            random_steps(_optimizer(subject, parameters), range(2))
        ways.append(parameters.values)
        expect_same("values", f"after 2 steps on {threads} threads", ways[-1], ways[0])


def check_counts_its_steps(subject: Subject) -> None:
    """The attribute ``steps`` is the number of steps taken, which bias corrections and resuming rely on."""
    chosen = _optimizer(subject, buffers())
    random_steps(chosen, range(4))
    expect(chosen.steps == 4, "steps", where="after 4 steps", got=chosen.steps, expected=4)


def check_state_restores_exactly(subject: Subject) -> None:
    """A second optimizer that loads the state goes on with the same bits."""
    for dtype in _DTYPES:
        parameters, resumed_parameters = buffers(dtype), buffers(dtype)
        chosen = _optimizer(subject, parameters)
        random_steps(chosen, range(5))
        saved = {key: array.copy() for key, array in chosen.state().items()}
        resumed_parameters.values[...] = parameters.values
        resumed = _optimizer(subject, resumed_parameters)
        resumed.load_state(saved, steps=5)
        for one in (chosen, resumed):
            random_steps(one, range(5, 12))
        where = f"7 steps after a resume in {np.dtype(dtype)}"
        expect_same("values", where, resumed_parameters.values, parameters.values)
        for key, array in chosen.state().items():
            expect_same(f"state '{key}'", where, resumed.state()[key], array)


def check_refuses_the_state_of_another(subject: Subject) -> None:
    """A state with other arrays than its own is refused by a RecordError."""
    chosen = _optimizer(subject, buffers())
    try:
        chosen.load_state({**chosen.state(), "strange": np.zeros(3)}, steps=1)
    except RecordError:
        return
    expect(
        False, "a state with an array too many", where="in load_state", got="taken", expected="RecordError"
    )


def check_takes_an_empty_model(subject: Subject) -> None:
    """A model without trained parameters is no obstacle."""
    _step_along(_optimizer(subject, ParameterBuffers([])), lambda: 0.0)


def check_claimed_gradients_kept(subject: Subject) -> None:
    """A step changes no gradient, as claimed."""
    if not subject.claim("keeps_gradients"):
        raise NotApplicableError("claims no 'keeps_gradients'")
    parameters = buffers()
    chosen = _optimizer(subject, parameters)
    for seed in range(3):
        random_steps(chosen, [seed])
        expect_same("gradients", "after a step", parameters.gradients, _plane(parameters, seed))


def check_claimed_scale_invariance(subject: Subject) -> None:
    """Gradients 64 times as large lead along the same path, as claimed."""
    if not subject.claim("scale_invariant"):
        raise NotApplicableError("claims no 'scale_invariant'")
    ways = []
    for scale in (1.0, 64.0):
        parameters = buffers()
        random_steps(_optimizer(subject, parameters), range(5), scale=scale)
        ways.append(parameters.values.copy())
    expect_close(
        "values", "after 5 steps with gradients 64 times as large", *ways[::-1], rtol=1e-5, atol=1e-7
    )


def check_claimed_elementwise(subject: Subject) -> None:
    """The gradient of one value moves no other, as claimed."""
    if not subject.claim("elementwise"):
        raise NotApplicableError("claims no 'elementwise'")
    ways = []
    for shift in (0.0, 1.0):
        parameters = buffers()
        chosen = _optimizer(subject, parameters)
        random_steps(chosen, range(4), shift=shift)
        ways.append(parameters.values[1:].copy())
    expect_same("other values", "after 4 steps with another gradient of the first", ways[1], ways[0])


def buffers(dtype: Any = np.float64) -> ParameterBuffers:
    """Parameters of all sorts with random values: convolution, bias, a frozen one, dense."""
    made = ParameterBuffers(
        [
            Parameter("conv1.weight", "conv_weight", (3, 2, 2, 1)),
            Parameter("conv1.bias", "bias", (3,)),
            Parameter("conv2.weight", "conv_weight", (2, 1, 1, 3), trainable=False),
            Parameter("dense1.weight", "dense_weight", (4, 3)),
        ],
        dtype,
    )
    rng = np.random.default_rng(1)
    for parameter in made:
        parameter.value[...] = rng.standard_normal(parameter.shape)
    return made


def random_steps(
    chosen: Optimizer,
    seeds: Iterable[int],
    *,
    rate: float | None = None,
    scale: float = 1.0,
    shift: float = 0.0,
) -> None:
    """Takes one step along the gradient of a random plane for each seed, the same wherever it is computed.

    Args:
        chosen: the optimizer.
        seeds: of the planes.
        rate: learning rate; by default the optimizer's own.
        scale: factor of all gradients.
        shift: is added to the gradient of the first value.
    """
    gradients, values = chosen.parameters.gradients, chosen.parameters.values

    def height(seed: int) -> float:
        gradients[...] = scale * _plane(chosen.parameters, seed)
        gradients[:1] += shift
        return float((gradients * values).sum())

    for seed in seeds:
        _step_along(chosen, partial(height, seed), rate)


class _Again(Closure):
    """Computes loss and gradients again."""

    examples = 1

    def __init__(self, compute: Callable[[], float]) -> None:
        self._compute = compute

    def __call__(self) -> float:
        return self._compute()

    def with_sampled_labels(self, look: Look | None = None) -> float:
        return self._compute()


def _step_along(chosen: Optimizer, compute: Callable[[], float], rate: float | None = None) -> None:
    """One step on the loss that `compute` returns, as the engine takes it."""
    compute()
    chosen.step(chosen.lr if rate is None else rate, _Again(compute))


def _plane(parameters: ParameterBuffers, seed: int) -> Array:
    made = np.random.default_rng(seed).standard_normal(parameters.gradients.size)
    return made.astype(parameters.gradients.dtype)


def _optimizer(subject: Subject, parameters: ParameterBuffers) -> Optimizer:
    made = subject.build(parameters)
    if not isinstance(made, Optimizer):
        raise NotApplicableError("is no Optimizer")
    return made


def _expect_lowered(
    what: str, chosen: Optimizer, height: Callable[[], float], *, steps: int, factor: float
) -> None:
    """Raises unless so many steps lower a height, at the weights that the optimizer wants evaluated."""
    start = height()
    for _ in range(steps):
        _step_along(chosen, height)
    averaged = chosen.evaluation_values()
    if averaged is not None:
        chosen.parameters.values[...] = averaged
    end = height()
    expect(
        end < factor * start,
        what,
        where="at the default rate",
        got=f"{end:.5g}",
        expected=f"below {factor} times the {start:.5g} it began with",
    )
