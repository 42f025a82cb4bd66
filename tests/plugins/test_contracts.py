"""The contracts of initializers, activations, optimizers and schedules, over everything installed.

The tests ask the registry, so a new plugin, third-party or ours, is tested without being named here.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import RecordError
from convlab.plugin import (
    Activation,
    ActivationPlace,
    Array,
    Closure,
    InitializerSpec,
    Look,
    Optimizer,
    Parameter,
    ParameterBuffers,
)
from convlab.registry import registry
from convlab_plugins import activations, initializers, optimizers, schedules

PACKAGES = {
    "initializer": initializers,
    "activation": activations,
    "optimizer": optimizers,
    "schedule": schedules,
}


def installed(kind: str) -> list[str]:
    return list(registry().offers(kind))


@pytest.mark.parametrize("kind", PACKAGES)
def test_what_the_package_offers_is_installed(kind: str) -> None:
    assert not registry().problems
    assert set(PACKAGES[kind].OFFERS) <= set(installed(kind))


# --- initializers ---

SPECS = [
    InitializerSpec((8, 3, 3, 4), "conv_weight", "conv1", gain=2**0.5),
    InitializerSpec((4, 3, 3, 8), "conv_weight", "conv2", layer_index=1, depth=3),
    InitializerSpec((70, 3, 3, 1), "conv_weight", "wide"),
    InitializerSpec((8, 1, 1, 4), "conv_weight", "pointwise"),
    InitializerSpec((6, 2, 2, 3), "conv_weight", "even"),
    InitializerSpec((6, 5, 1, 3), "conv_weight", "column"),
    InitializerSpec((5, 7, 4, 3), "conv_weight", "rectangular"),
    InitializerSpec((8, 3, 3, 2), "conv_weight", "grouped", groups=2),
    InitializerSpec((12, 3, 3, 1), "conv_weight", "depthwise", groups=6),
    InitializerSpec((10, 64), "dense_weight", "narrowing"),
    InitializerSpec((64, 10), "dense_weight", "widening"),
    InitializerSpec((1, 1), "dense_weight", "single"),
    InitializerSpec((16,), "bias", "conv1"),
    InitializerSpec((16,), "scale", "norm1"),
    InitializerSpec((16,), "shift", "norm1"),
]


def with_data(spec: InitializerSpec) -> InitializerSpec:
    """The spec with inputs to look at: images of 9 x 9 noise, or rows of it."""
    rng = np.random.default_rng(5)
    if spec.role not in ("conv_weight", "dense_weight"):
        outputs = rng.standard_normal((8, 9, 9, spec.shape[0])).astype(np.float32)
        return replace(spec, sample_output=lambda values: outputs + values)
    if spec.role == "dense_weight":
        rows = rng.standard_normal((80, spec.shape[1])).astype(np.float32)
        return replace(
            spec, sample_input=lambda: rows, sample_output=lambda w: kernels.dense(rows, w.astype(np.float32))
        )
    x = rng.standard_normal((8, 9, 9, spec.shape[3] * spec.groups)).astype(np.float32)
    return replace(
        spec,
        sample_input=lambda: x,
        sample_output=lambda w: kernels.conv2d(x, w.astype(np.float32), padding="same", groups=spec.groups),
    )


def initialize(name: str, spec: InitializerSpec, seed: int = 0) -> Array:
    made: Array = registry().build("initializer", name, with_data(spec), np.random.default_rng(seed))
    return made


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.layer}-{spec.role}")
@pytest.mark.parametrize("name", installed("initializer"))
def test_initializer_gives_a_finite_float_array_of_the_shape(name: str, spec: InitializerSpec) -> None:
    array = initialize(name, spec)
    assert array.shape == spec.shape
    assert array.dtype in (np.float32, np.float64)
    assert np.isfinite(array).all()


@pytest.mark.parametrize("name", installed("initializer"))
def test_initializer_depends_on_nothing_but_its_generator(name: str) -> None:
    for spec in SPECS:
        np.random.seed(1)  # noqa: NPY002  # the global state must have no influence
        first = initialize(name, spec, seed=7)
        np.random.seed(2)  # noqa: NPY002
        np.testing.assert_array_equal(first, initialize(name, spec, seed=7))


@pytest.mark.parametrize("name", installed("initializer"))
def test_initializer_leaves_the_global_random_states_alone(name: str) -> None:
    numpy_before, python_before = np.random.get_state(), random.getstate()  # noqa: NPY002
    for spec in SPECS:
        initialize(name, spec)
    numpy_after = np.random.get_state()  # noqa: NPY002
    assert python_before == random.getstate()
    assert all(np.array_equal(a, b) for a, b in zip(numpy_before, numpy_after, strict=True))


# --- activations ---


def activation(name: str) -> Activation:
    made: Activation = registry().build("activation", name)
    return made


def evaluate(method: Callable[[Array, Array], None], x: Array) -> Array:
    out = np.full_like(x, 123.0)
    method(x, out)
    return out


def check_slope(f: Activation, x: Array) -> None:
    step = 1e-5
    below, here, above = (evaluate(f.value, x + shift) for shift in (-step, 0.0, step))
    smooth = np.abs((above - here) - (here - below)) / step < 1e-3  # a corner bends within one step
    assert smooth.mean() > 0.99
    slope = (above - below) / (2 * step)
    np.testing.assert_allclose(evaluate(f.derivative, x)[smooth], slope[smooth], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", installed("activation"))
def test_activation_derivative_is_the_slope_of_its_value(name: str) -> None:
    check_slope(activation(name), np.random.default_rng(0).uniform(-8, 8, 4001))


@pytest.mark.parametrize("name", installed("activation"))
def test_activation_agrees_between_float32_and_float64(name: str) -> None:
    f = activation(name)
    x = np.concatenate([np.linspace(-20, 20, 4001), [-100, -1e-30, 0, 1e-30, 100]]).astype(np.float32)
    for method in (f.value, f.derivative):
        single, double = evaluate(method, x), evaluate(method, x.astype(np.float64))
        assert single.dtype == np.float32
        assert np.isfinite(double).all()
        np.testing.assert_allclose(single, double, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", installed("activation"))
def test_activation_takes_any_shape_and_leaves_its_input(name: str, dtype: Any) -> None:
    f = activation(name)
    flat = np.random.default_rng(0).standard_normal(2 * 3 * 5 * 7).astype(dtype)
    x = flat.reshape(2, 3, 5, 7)
    for method in (f.value, f.derivative):
        before = x.copy()
        np.testing.assert_array_equal(evaluate(method, x).ravel(), evaluate(method, flat))
        np.testing.assert_array_equal(x, before)
        assert evaluate(method, x[:0]).shape == (0, 3, 5, 7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", installed("activation"))
def test_activation_passes_nan_on_where_it_is(name: str, dtype: Any) -> None:
    x = np.linspace(-2, 2, 37).astype(dtype)
    x[[0, 17, 36]] = np.nan
    np.testing.assert_array_equal(np.isnan(evaluate(activation(name).value, x)), np.isnan(x))


@pytest.mark.parametrize("name", installed("activation"))
def test_activation_gain_is_finite_and_positive(name: str) -> None:
    assert 0 < activation(name).gain < np.inf


def placed(name: str, dtype: Any, channels: int) -> tuple[Activation, list[Parameter]]:
    """An activation as a layer of so many channels has it, and what it learns there."""
    declared: list[Parameter] = []

    def declare(field: str, initial: Array) -> Parameter:
        assert initial.shape in {(channels,), (1,)}
        declared.append(Parameter(f"here.activation_{field}", "activation", initial.shape))
        initials.append(initial)
        return declared[-1]

    initials: list[Array] = []
    made = activation(name).placed(ActivationPlace(channels, declare, lambda: np.random.default_rng(5)))
    ParameterBuffers(declared, dtype)
    for parameter, initial in zip(declared, initials, strict=True):
        parameter.value[...] = initial
    return made, declared


@pytest.mark.parametrize("name", installed("activation"))
def test_activation_in_a_layer_has_the_gradients_of_what_it_computes(name: str) -> None:
    f, learned = placed(name, np.float64, 3)
    assert f.learns() == bool(learned)
    x, gradient = np.random.default_rng(0).normal(0, 2, (2, 400, 5, 3))
    check_slope(f, x)
    f.backward_parameters(x, gradient, np.empty_like(x))
    step = 1e-6
    for parameter in learned:
        for entry in range(parameter.size):
            kept, sums = parameter.value[entry], []
            for shift in (step, -step):
                parameter.value[entry] = kept + shift
                sums.append(float((evaluate(f.value, x) * gradient).sum()))
            parameter.value[entry] = kept
            assert parameter.gradient[entry] == pytest.approx((sums[0] - sums[1]) / (2 * step), rel=1e-5)


@pytest.mark.parametrize("name", installed("activation"))
def test_native_activation_is_its_kernel(name: str) -> None:
    f = activation(name)
    if f.native is None:
        pytest.skip(f"{name} has no compiled kernel")
    assert set(f.native_parameters) == set(kernels.native_activations()[f.native].parameters)
    x = np.linspace(-5, 5, 101, dtype=np.float32)
    fused = kernels.activation_forward(x, f.native, **f.native_parameters)
    np.testing.assert_array_equal(evaluate(f.value, x), fused)


# --- optimizers ---


def buffers(dtype: Any = np.float64) -> ParameterBuffers:
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


def optimizer(name: str, parameters: ParameterBuffers) -> Optimizer:
    made: Optimizer = registry().build("optimizer", name, parameters)
    return made


class Again(Closure):
    """Computes loss and gradients again by a function of the test."""

    examples = 1

    def __init__(self, compute: Callable[[], float]) -> None:
        self.compute = compute

    def __call__(self) -> float:
        return self.compute()

    def with_sampled_labels(self, look: Look | None = None) -> float:
        return self.compute()


def step_along(chosen: Optimizer, compute: Callable[[], float]) -> None:
    """One step on the loss that `compute` returns, as the engine takes it."""
    compute()
    chosen.step(chosen.lr, Again(compute))


def random_steps(chosen: Optimizer, seeds: range) -> None:
    """Steps on random planes: the gradient is the same wherever it is computed."""
    gradients, values = chosen.parameters.gradients, chosen.parameters.values

    def plane(seed: int) -> float:
        gradients[...] = np.random.default_rng(seed).standard_normal(gradients.size)
        return float((gradients * values).sum())

    for seed in seeds:
        step_along(chosen, partial(plane, seed))


def evaluate_at(chosen: Optimizer) -> None:
    """Goes to the weights that the optimizer wants evaluated."""
    averaged = chosen.evaluation_values()
    if averaged is not None:
        chosen.parameters.values[...] = averaged


@pytest.mark.parametrize("name", installed("optimizer"))
def test_optimizer_lowers_a_parabola(name: str) -> None:
    parameters = buffers()
    chosen, values = optimizer(name, parameters), parameters.values
    curvature = np.linspace(0.1, 2.0, values.size)

    def height() -> float:
        parameters.gradients[...] = curvature * values
        return float((curvature * values**2).sum() / 2)

    start = height()
    for _ in range(300):
        step_along(chosen, height)
    evaluate_at(chosen)
    assert height() < 0.8 * start


@pytest.mark.parametrize("name", installed("optimizer"))
def test_optimizer_lowers_the_rosenbrock_valley(name: str) -> None:
    parameters = ParameterBuffers([Parameter("dense1.weight", "dense_weight", (1, 2))], np.float64)
    chosen = optimizer(name, parameters)
    values, gradients = parameters.values, parameters.gradients
    values[...] = (-1.2, 1.0)
    scale = 1e-3  # its curvature reaches 1,000: more than a default rate without adaptation survives

    def height() -> float:
        x, y = values
        gradients[0] = scale * (-2 * (1 - x) - 400 * x * (y - x * x))
        gradients[1] = scale * 200 * (y - x * x)
        return float(scale * ((1 - x) ** 2 + 100 * (y - x * x) ** 2))

    start = height()
    for _ in range(1000):
        step_along(chosen, height)
    evaluate_at(chosen)
    assert height() < 0.9 * start


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", installed("optimizer"))
def test_optimizer_survives_zero_gradients(name: str, dtype: Any) -> None:
    parameters = buffers(dtype)
    before = parameters.values.copy()
    chosen = optimizer(name, parameters)
    for _ in range(3):
        step_along(chosen, lambda: 0.0)
    moved, decayed = parameters.values, parameters.decayed
    assert (np.abs(moved[:decayed]) <= np.abs(before[:decayed])).all()  # weight decay is all that may act
    np.testing.assert_array_equal(moved[decayed:], before[decayed:])


@pytest.mark.parametrize("name", installed("optimizer"))
def test_optimizer_does_not_touch_frozen_parameters(name: str) -> None:
    parameters = buffers()
    frozen = next(parameter for parameter in parameters if not parameter.trainable)
    frozen.gradient[...] = 1.0
    before = frozen.value.copy()
    random_steps(optimizer(name, parameters), range(5))
    np.testing.assert_array_equal(frozen.value, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", installed("optimizer"))
def test_optimizer_continues_from_saved_state_with_the_same_bits(name: str, dtype: Any) -> None:
    parameters, resumed_parameters = buffers(dtype), buffers(dtype)
    chosen = optimizer(name, parameters)
    random_steps(chosen, range(5))
    saved = {key: array.copy() for key, array in chosen.state().items()}
    resumed_parameters.values[...] = parameters.values
    resumed = optimizer(name, resumed_parameters)
    resumed.load_state(saved, steps=5)
    for one in (chosen, resumed):
        random_steps(one, range(5, 12))
    np.testing.assert_array_equal(parameters.values, resumed_parameters.values)
    assert resumed.steps == chosen.steps == 12
    for key, array in chosen.state().items():
        np.testing.assert_array_equal(array, resumed.state()[key])


@pytest.mark.parametrize("name", installed("optimizer"))
def test_optimizer_gives_the_same_bits_for_any_number_of_threads(name: str) -> None:
    def stepped(threads: int) -> Array:
        parameters = ParameterBuffers(
            [
                Parameter("conv1.weight", "conv_weight", (24, 3, 3, 16)),
                Parameter("conv1.bias", "bias", (24,)),
                Parameter("dense1.weight", "dense_weight", (40, 96)),
                Parameter("dense2.weight", "dense_weight", (10, 40)),
            ]
        )
        with kernels.use_threads(threads):
            random_steps(optimizer(name, parameters), range(2))
        return parameters.values

    one = stepped(1)
    for threads in (2, 3):
        np.testing.assert_array_equal(one, stepped(threads))


@pytest.mark.parametrize("name", installed("optimizer"))
def test_optimizer_refuses_the_state_of_another(name: str) -> None:
    chosen = optimizer(name, buffers())
    with pytest.raises(RecordError, match=r"the saved optimizer state does not fit: expected"):
        chosen.load_state({**chosen.state(), "strange": np.zeros(3)}, steps=1)


# --- schedules ---


@pytest.mark.parametrize("total", [1, 2, 3, 7, 100, 4001])
@pytest.mark.parametrize("name", installed("schedule"))
def test_schedule_gives_sensible_factors(name: str, total: int) -> None:
    factors = [registry().build("schedule", name, step, total) for step in range(total)]
    assert all(isinstance(factor, float) for factor in factors)
    assert np.isfinite(factors).all()
    assert min(factors) >= 0 < max(factors)
    assert max(factors[0], factors[-1]) <= 1.0
    assert factors == [registry().build("schedule", name, step, total) for step in range(total)]
