"""Activations with compiled functions in layers: held to NumPy, fused, the same bits everywhere."""

import ctypes
import re
from collections.abc import Callable

import numpy as np
import pytest

from convlab import kernels
from convlab.contracts.dataset import Split
from convlab.contracts.learned_activation import LearnedActivation
from convlab.contracts.parameter import Array
from convlab.errors import PluginError
from convlab.layers import (
    GLU,
    Activation,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool2D,
    Residual,
)
from convlab.losses import SoftmaxCrossEntropy
from convlab.model import Model
from convlab.observation import Observer
from convlab.plugin import Activation as OwnActivation
from convlab.plugin import CompiledActivation
from convlab.preprocessing import Preprocessing

BODY = """
#include <math.h>
#include <stdint.h>
#define FUNCTION(name, result) \\
    void name(const float *restrict x, float *restrict y, int64_t n, const float *p) { \\
        (void)p; \\
        for (int64_t i = 0; i < n; i++) y[i] = result; \\
    }
"""
SOURCE = (
    BODY
    + """
static int calls;
FUNCTION(snake, x[i] + sinf(p[0] * x[i]))
FUNCTION(snake_slope, 1 + p[0] * cosf(p[0] * x[i]))
FUNCTION(half_tanh, tanhf(p[0] * x[i]))
FUNCTION(half_tanh_slope, p[0] * (1 - x[i] * x[i]))
FUNCTION(one_off, x[i] + sinf(x[i]) + (x[i] > 6.995f && x[i] < 7.005f))
FUNCTION(wrong_slope, 1 + 1.001f * cosf(x[i]))
FUNCTION(hides_nan, x[i] == x[i] ? x[i] + sinf(x[i]) : 0)
FUNCTION(hides_nan_slope, x[i] == x[i] ? 1 + cosf(x[i]) : 0)
FUNCTION(makes_nan, x[i] < -19 ? NAN : x[i] + sinf(x[i]))
FUNCTION(unsteady, (x[i] + sinf(x[i])) * (1 + 1e-6f * (calls++ % 2)))
FUNCTION(unsteady_slope, (1 + cosf(x[i])) * (1 + 1e-6f * (calls++ % 3)))
"""
)

Compile = Callable[[str], ctypes.CDLL]


class Snake(OwnActivation):
    """f(x) = x + sin(a x), with its derivative computed from x."""

    def __init__(self, a: float = 1.0, compiled: CompiledActivation | None = None) -> None:
        self.a, self.compiled = a, compiled
        self.called_with: list[np.dtype[np.floating]] = []

    def value(self, x: Array, out: Array) -> None:
        self.called_with.append(x.dtype)
        np.add(x, np.sin(self.a * x), out=out)

    def derivative(self, x: Array, out: Array) -> None:
        np.add(1, self.a * np.cos(self.a * x), out=out)


class HalfTanh(Snake):
    """f(x) = tanh(a x), with its derivative computed from f(x)."""

    def value(self, x: Array, out: Array) -> None:
        self.called_with.append(x.dtype)
        np.tanh(self.a * x, out=out)

    def derivative(self, x: Array, out: Array) -> None:
        np.subtract(self.a, self.a * np.tanh(self.a * x) ** 2, out=out)


Make = Callable[[], OwnActivation]


@pytest.fixture(params=["input", "output"])
def make(request: pytest.FixtureRequest, compile_c: Compile) -> Make:
    """Makes an activation with compiled functions, once for either thing that its derivative needs."""
    library, a = compile_c(SOURCE), 0.75
    if request.param == "input":
        return lambda: Snake(a, CompiledActivation(library.snake, library.snake_slope, (a,)))
    functions = library.half_tanh, library.half_tanh_slope
    return lambda: HalfTanh(a, CompiledActivation(*functions, (a,), saves="output"))


def network(make: Make, *, apart: bool = False) -> list[Layer]:
    """Everything that can take an activation, kept apart by layers that change nothing, or not."""

    def gap() -> list[Layer]:
        return [Dropout(0.0)] if apart else []

    return [
        Conv2D(16, 3, padding=1, activation=make()),
        *gap(),
        MaxPool2D(2),
        Conv2D(16, 3),
        BatchNorm(),
        *gap(),
        Activation(make()),
        *gap(),
        Residual([Conv2D(16, 3, padding=1), BatchNorm()], activation=make()),
        *gap(),
        Residual([Conv2D(8, 1)], [Conv2D(8, 1)], activation=make()),
        Flatten(),
        Dense(24, activation=make()),
        GLU(make()),
        Dense(4),
    ]


def train_and_infer(layers: list[Layer], dtype: type = np.float32) -> list[Array]:
    """Output and gradients of a step, and the output in inference."""
    model = Model(layers, (20, 20, 3), seed=1, dtype=dtype)
    rng = np.random.default_rng(2)
    x: Array = rng.standard_normal((9, 20, 20, 3)).astype(dtype)
    output = model.forward(x, training=True).copy()
    model.backward(rng.standard_normal(output.shape).astype(dtype))
    return [output, model.parameters.gradients.copy(), model.forward(x).copy()]


def test_it_computes_what_numpy_does(make: Make) -> None:
    def slow() -> OwnActivation:
        activation = make()
        activation.compiled = None
        return activation

    for fast, exact in zip(
        train_and_infer(network(make)), train_and_infer(network(slow), np.float64), strict=True
    ):
        np.testing.assert_allclose(fast, exact, rtol=1e-3, atol=2e-4 * np.abs(exact).max())


def test_gradients_are_those_of_finite_differences(make: Make) -> None:
    def loss(model: Model) -> float:
        return float((model.forward(inputs.astype(model.dtype), training=True) * weights).sum())

    rng = np.random.default_rng(3)
    inputs, weights = rng.standard_normal((6, 5, 5, 2)), rng.standard_normal((6, 3))
    models = [
        Model([Conv2D(3, 3, activation=make()), Flatten(), Dense(3)], (5, 5, 2), dtype=dtype)
        for dtype in (np.float32, np.float64)
    ]
    loss(models[0])
    models[0].backward(weights.astype(np.float32))
    first = models[1].parameters.values
    for at in range(0, len(first), 7):
        kept, losses = first[at], []
        for step in (1e-5, -1e-5):
            first[at] = kept + step
            losses.append(loss(models[1]))
        first[at] = kept
        assert models[0].parameters.gradients[at] == pytest.approx((losses[0] - losses[1]) / 2e-5, abs=1e-4)


@pytest.mark.parametrize("isa", kernels.isas())
def test_no_bit_depends_on_threads_or_on_fusing(make: Make, isa: str) -> None:
    may_differ = isa == "reference"  # when fused, as it normalizes in float64
    with kernels.use_isa(isa):
        results = set()
        for threads, apart in ((1, False), (2, False), (3, False), (2, not may_differ)):
            with kernels.use_threads(threads):
                arrays = train_and_infer(network(make, apart=apart))
                results.add(b"".join(array.tobytes() for array in arrays))
    assert len(results) == 1


def test_convolution_dense_and_batch_norm_fuse_it(make: Make) -> None:
    layers = [
        Conv2D(3, 3, activation=make()),
        BatchNorm(),
        Activation(make()),
        Flatten(),
        Dense(3, activation=make()),
    ]
    model = Model(layers, (5, 5, 2))
    model.plan(2)
    saves_output = isinstance(layers[0].ending().activation, HalfTanh)  # type: ignore[union-attr]
    for layer in (layers[0], layers[4]):
        assert vars(layer)["_inference_kernel"].activation is not None
        assert (vars(layer)["_training_kernel"].activation is not None) == saves_output
    assert vars(layers[1])["_kernel"].activation is not None
    assert layers[2].ending() is None


def test_numpy_runs_at_no_step_in_float32_and_at_every_step_in_float64(make: Make) -> None:
    x = np.random.default_rng(0).standard_normal((3, 4))
    for dtype, calls in ((np.float32, 0), (np.float64, 2)):
        activation = make()
        assert isinstance(activation, Snake)
        model = Model([Dense(5, activation=activation)], (4,), dtype=dtype)
        activation.called_with.clear()
        for training in (True, False):
            model.forward(x.astype(dtype), training=training)
        assert activation.called_with == [np.dtype(dtype)] * calls


def test_an_observer_sees_through_it(make: Make) -> None:
    def built() -> Model:
        return Model([Conv2D(3, 3, activation=make()), Flatten(), Dense(4)], (5, 5, 1))

    split = Split(np.arange(75, dtype=np.uint8).reshape(3, 5, 5, 1), np.arange(3))
    trained = built()
    trained.preprocessing = Preprocessing.fitted(split.images)
    observer = Observer(built(), SoftmaxCrossEntropy())
    observer.follow(trained)
    activity = observer.observe(split).layers["conv1"]
    expected = np.empty_like(activity.before)
    make().value(activity.before, expected)
    np.testing.assert_allclose(activity.output, expected, rtol=1e-5, atol=1e-6)


def test_the_summary_names_the_activation(make: Make) -> None:
    assert type(make()).__name__.lower() in Model([Dense(3, activation=make())], (4,)).summary()


class Learned(LearnedActivation):
    """An activation that learns, which no compiled function can follow."""

    compiled = CompiledActivation(1, 1)

    def initial_parameters(self, channels: int) -> dict[str, Array]:
        return {"slope": np.ones(1)}

    def value(self, x: Array, out: Array) -> None:
        np.copyto(out, x)

    def derivative(self, x: Array, out: Array) -> None:
        out.fill(1)

    def parameter_derivative(self, name: str, x: Array, out: Array) -> None:
        np.copyto(out, x)


@pytest.mark.parametrize(
    ("value", "derivative", "message"),
    [
        ("one_off", "snake_slope", r"value is 8\.\d+ at x = 7, where .* 7\.65\d+ \(off by 1; wrong at 1 of"),
        (
            "snake",
            "wrong_slope",
            r"derivative is \S+ at x = \S+, .* \(off by 0\.001; wrong at \d+ of \d+ points",
        ),
        ("snake", "half_tanh", "derivative is"),
        ("snake_slope", "snake_slope", "value is"),
        ("hides_nan", "snake_slope", "value is 0 at x = nan, where the NumPy value is nan"),
        ("snake", "hides_nan_slope", "derivative is 0 at x = nan"),
        ("makes_nan", "snake_slope", "value is nan at x = -20"),
        ("unsteady", "snake_slope", "value is once .* let it depend on nothing but x and the parameters"),
        ("snake", "unsteady_slope", "derivative is once"),
    ],
)
def test_functions_that_compute_something_else_are_found(
    compile_c: Compile, value: str, derivative: str, message: str
) -> None:
    library = compile_c(SOURCE)
    activation = Snake(1.0, CompiledActivation(library[value], library[derivative], (1.0,)))
    with pytest.raises(PluginError, match=f"Snake: the compiled {message}"):
        Model([Dense(3, activation=activation)], (4,))


def test_a_nan_that_numpy_hides_is_found_too(compile_c: Compile) -> None:
    class Hiding(Snake):
        def value(self, x: Array, out: Array) -> None:
            out[...] = np.where(np.isnan(x), 0, x + np.sin(x))

    library = compile_c(SOURCE)
    hiding = Hiding(1.0, CompiledActivation(library.hides_nan, library.snake_slope, (1.0,)))
    with pytest.raises(PluginError, match=r"the compiled value of NaN is no NaN; let NaN pass"):
        Model([Dense(3, activation=hiding)], (4,))


def test_the_wrong_parameters_are_found(compile_c: Compile) -> None:
    library = compile_c(SOURCE)
    activation = Snake(0.5, CompiledActivation(library.snake, library.snake_slope, (0.75,)))
    with pytest.raises(PluginError, match="Snake: the compiled value is"):
        Model([Dense(3, activation=activation)], (4,))


def test_what_cannot_be_called_is_refused_when_the_layer_is_built(compile_c: Compile) -> None:
    for functions in ((None, 1), (compile_c(SOURCE).snake, None)):
        with pytest.raises(
            PluginError, match="Snake: compiled (value|derivative) is no compiled function, got"
        ):
            Model([Dense(3, activation=Snake(1.0, CompiledActivation(*functions)))], (4,))


FLUSHING = """
#include <xmmintrin.h>
void flush(unsigned set, unsigned clear) { _mm_setcsr((_mm_getcsr() | set) & ~clear); }
"""


@pytest.mark.parametrize("bits", [0x8000, 0x0040, 0x8040])
def test_a_library_that_flushes_small_numbers_to_zero_is_refused(compile_c: Compile, bits: int) -> None:
    library, flush = compile_c(SOURCE), compile_c(FLUSHING).flush
    activation = Snake(1.0, CompiledActivation(library.snake, library.snake_slope, (1.0,)))
    flush(bits, 0)
    try:
        with pytest.raises(PluginError, match="Snake: .* smallest numbers to zero .* without -ffast-math"):
            Model([Dense(3, activation=activation)], (4,))
    finally:
        flush(0, bits)
    Model([Dense(3, activation=activation)], (4,))


def test_an_activation_that_learns_is_refused() -> None:
    with pytest.raises(PluginError, match=re.escape("Learned: an activation that learns cannot be compiled")):
        Model([Dense(3, activation=Learned())], (4,))


def test_other_words_for_what_is_saved_are_refused() -> None:
    with pytest.raises(PluginError, match="saves must be 'input' or 'output', got 'both'"):
        CompiledActivation(1, 1, saves="both")  # type: ignore[arg-type]


def test_a_numba_cfunc_is_taken() -> None:
    numba = pytest.importorskip("numba", reason="numba is not installed")
    types, pointer = numba.types, numba.types.CPointer(numba.types.float32)
    signature = types.void(pointer, pointer, types.int64, pointer)

    @numba.cfunc(signature)
    def value(x, y, n, parameters):  # type: ignore[no-untyped-def]
        for i in range(n):
            y[i] = x[i] + np.sin(x[i])

    @numba.cfunc(signature)
    def derivative(x, y, n, parameters):  # type: ignore[no-untyped-def]
        for i in range(n):
            y[i] = np.float32(1) + np.cos(x[i])

    fast = train_and_infer(network(lambda: Snake(1.0, CompiledActivation(value, derivative))))
    slow = train_and_infer(network(Snake))
    for left, right in zip(fast, slow, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-3, atol=2e-4 * np.abs(right).max())
