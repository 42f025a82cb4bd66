"""Activations: values, derivatives, special values, memory, arguments."""

import ctypes
import math

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ConfigError, ShapeError
from convlab.kernels import runtime

NAMES = tuple(kernels.native_activations())
SELU_SCALE, SELU_ALPHA = 1.0507009873554804934, 1.6732632423543772848
OTHER_PARAMETERS = {
    "leaky_relu": {"negative_slope": 0.2},
    "elu": {"alpha": 0.7},
    "celu": {"alpha": 2.5},
    "squareplus": {"b": 0.3},
}

erf = np.vectorize(math.erf, otypes=[np.float64])
erfc = np.vectorize(math.erfc, otypes=[np.float64])


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def squareplus(x, b):
    larger = (np.abs(x) + np.hypot(x, np.sqrt(b))) / 2
    return np.where(x >= 0, larger, b / 4 / larger)


def formula(name, x, parameter=None):
    """phi(x) as the papers write it, in float64."""
    alpha = 1.0 if parameter is None else parameter
    below = np.minimum(x, 0)
    return {
        "linear": lambda: x,
        "relu": lambda: np.maximum(x, 0),
        "relu6": lambda: np.clip(x, 0, 6),
        "relu_squared": lambda: np.maximum(x, 0) ** 2,
        "leaky_relu": lambda: np.where(x > 0, x, x * (0.01 if parameter is None else parameter)),
        "elu": lambda: np.where(x > 0, x, alpha * np.expm1(below)),
        "selu": lambda: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(below)),
        "celu": lambda: np.where(x > 0, x, alpha * np.expm1(below / alpha)),
        "gelu": lambda: x * erfc(-x / np.sqrt(2)) / 2,
        "gelu_tanh": lambda: x * sigmoid(2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)),
        "silu": lambda: x * sigmoid(x),
        "hard_silu": lambda: x * np.clip(x + 3, 0, 6) / 6,
        "mish": lambda: x * np.tanh(np.logaddexp(0, x)),
        "softplus": lambda: np.logaddexp(0, x),
        "squareplus": lambda: squareplus(x, 4.0 if parameter is None else parameter),
        "sigmoid": lambda: sigmoid(x),
        "hard_sigmoid": lambda: np.clip(x + 3, 0, 6) / 6,
        "tanh": lambda: np.tanh(x),
        "hard_tanh": lambda: np.clip(x, -1, 1),
        "softsign": lambda: x / (1 + np.abs(x)),
    }[name]()


def wide_range():
    tiny = np.geomspace(1e-38, 1, 2001)
    return np.concatenate(
        [np.linspace(-20, 20, 40001), np.linspace(-110, 110, 4401), tiny, -tiny, [0.0, 3.0, -3.0, 6.0, 1.0]]
    ).astype(np.float32)


def largest_ulps(values, exact):
    """The largest error in units of the last place, where results are normal numbers."""
    normal = np.abs(exact) > 1.2e-37
    ulp = np.spacing(np.abs(exact[normal]).astype(np.float32)).astype(np.float64)
    return np.max(np.abs(values[normal].astype(np.float64) - exact[normal]) / ulp)


def saved_for(name, x, y, **parameters):
    return x if kernels.activation_saves(name, **parameters) == "input" else y


# In ulps, measured 7.3 for gelu (far tail), 3.5 for mish, 2.9 for silu, 2.8 for softplus, below for the rest.
ULPS = {"gelu": 9, "silu": 40, "mish": 40}


@pytest.mark.parametrize("name", NAMES)
def test_values_are_accurate_over_a_wide_range(name, each_isa):
    x = wide_range()
    y = kernels.activation_forward(x, name)
    exact = formula(name, x.astype(np.float64))
    assert y.dtype == np.float32
    assert y.shape == x.shape
    np.testing.assert_allclose(y, exact, rtol=0, atol=5e-7 * np.maximum(1, np.abs(exact)).max())
    if name == "gelu_tanh":  # the rounding of the tanh's argument is amplified in the tail
        assert largest_ulps(y[np.abs(x) < 1], exact[np.abs(x) < 1]) <= 6
    else:
        assert largest_ulps(y, exact) <= ULPS.get(name, 4)


@pytest.mark.parametrize("name", OTHER_PARAMETERS)
def test_parameters_change_the_function(name, each_isa):
    (parameter,) = OTHER_PARAMETERS[name].values()
    x = np.linspace(-6, 6, 1001).astype(np.float32)
    y = kernels.activation_forward(x, name, **OTHER_PARAMETERS[name])
    np.testing.assert_allclose(y, formula(name, x.astype(np.float64), parameter), rtol=4e-7, atol=1e-7)
    grad = np.full_like(x, 2)
    saved = saved_for(name, x, y, **OTHER_PARAMETERS[name])
    dx = kernels.activation_backward(saved, grad, name, **OTHER_PARAMETERS[name])
    step = 1e-6
    z = x.astype(np.float64)
    slope = (formula(name, z + step, parameter) - formula(name, z - step, parameter)) / (2 * step)
    away = np.abs(x) > 1e-3
    np.testing.assert_allclose(dx[away], 2 * slope[away], rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_float64_derivative_agrees_with_finite_differences(name):
    corners = np.array([-3.0, -1.0, 0.0, 1.0, 3.0, 6.0])
    x = np.linspace(-8, 8, 1601)
    x = x[np.abs(x[:, None] - corners).min(axis=1) > 1e-3]
    y = kernels.activation_forward(x, name)
    np.testing.assert_allclose(y, formula(name, x), rtol=1e-12, atol=1e-15)
    dx = kernels.activation_backward(saved_for(name, x, y), np.ones_like(x), name)
    step = 1e-5
    slope = (formula(name, x + step) - formula(name, x - step)) / (2 * step)
    np.testing.assert_allclose(dx, slope, rtol=1e-8, atol=1e-9)
    assert np.any(dx != 0)


@pytest.mark.parametrize("name", NAMES)
def test_float32_derivative_agrees_with_float64(name, each_isa):
    x = wide_range()[:44402]
    y = kernels.activation_forward(x, name)
    grad = np.random.default_rng(1).standard_normal(x.size).astype(np.float32)
    dx = kernels.activation_backward(saved_for(name, x, y), grad, name)
    z = x.astype(np.float64)
    exact = kernels.activation_backward(
        saved_for(name, z, kernels.activation_forward(z, name)), grad.astype(np.float64), name
    )
    # what is saved is rounded, so hard_sigmoid may see its corner a step too early
    wrong = np.abs(dx - exact) > 3e-7 * np.maximum(np.maximum(1, np.abs(grad)), np.abs(exact))
    near_corner = np.abs(np.abs(x) - 3) < 1e-6
    assert not np.any(wrong & ~near_corner)


@pytest.mark.parametrize("name", NAMES)
def test_special_values(name, each_isa):
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 3e38, -3e38, 1e-45], np.float32)
    y = kernels.activation_forward(x, name)
    assert np.isnan(y[0])
    assert not np.isnan(y[1:]).any()
    limits = {"sigmoid": (1, 0), "hard_sigmoid": (1, 0), "tanh": (1, -1), "hard_tanh": (1, -1)}
    limits |= {"softsign": (1, -1), "relu6": (6, 0), "elu": (np.inf, -1), "celu": (np.inf, -1)}
    limits |= {"linear": (np.inf, -np.inf), "leaky_relu": (np.inf, -np.inf)}
    limits |= {"selu": (np.inf, np.float32(-SELU_SCALE * SELU_ALPHA))}
    assert tuple(y[1:3]) == pytest.approx(limits.get(name, (np.inf, 0.0)), rel=1e-6)
    slope = kernels.activation_backward(saved_for(name, x, y), np.ones_like(x), name)
    is_steep = (name == "relu_squared") & (x > 1)  # its slope has no limit
    assert np.isfinite(slope[1:])[~is_steep[1:]].all()


def test_denormals_are_not_flushed(each_isa):
    x = np.array([1e-40, -1e-40], np.float32)
    for name in ("linear", "tanh", "softsign", "elu", "hard_tanh"):
        np.testing.assert_array_equal(kernels.activation_forward(x, name), x)


@pytest.mark.parametrize("name", NAMES)
def test_element_does_not_depend_on_its_place(name, each_isa):
    rng = np.random.default_rng(2)
    x, grad = (rng.standard_normal(200).astype(np.float32) * 4 for _ in range(2))
    y, dx = kernels.activation_forward(x, name), kernels.activation_backward(x, grad, name)
    for start, stop in [(1, 200), (3, 20), (7, 8), (5, 71), (0, 37), (0, 0)]:
        part = slice(start, stop)
        np.testing.assert_array_equal(kernels.activation_forward(x[part].copy(), name), y[part])
        np.testing.assert_array_equal(
            kernels.activation_backward(x[part].copy(), grad[part].copy(), name), dx[part]
        )


@pytest.mark.parametrize("name", ["relu", "gelu", "tanh"])
def test_same_bits_for_any_number_of_threads(name, each_isa):
    x = np.random.default_rng(3).standard_normal(100_003).astype(np.float32)
    results = []
    for count in (1, 2, 3, 4):
        with kernels.use_threads(count):
            y = kernels.activation_forward(x, name)
            results.append((y.tobytes(), kernels.activation_backward(x, y, name).tobytes()))
    assert len(set(results)) == 1


@pytest.mark.parametrize("at", ["start", "end"])
def test_stays_inside_its_arrays(at, each_isa, guarded_array):
    for size in (1, 3, 4, 8, 15, 16, 17, 31, 33):
        x = np.linspace(-3, 3, size).astype(np.float32)
        guarded = guarded_array(x, at=at, writable=False)
        out = guarded_array(np.zeros_like(x), at=at)
        for name in NAMES:
            expected = kernels.activation_forward(x, name)
            np.testing.assert_array_equal(kernels.activation_forward(guarded, name, out=out), expected)
            expected = kernels.activation_backward(x, x, name)
            np.testing.assert_array_equal(
                kernels.activation_backward(guarded, guarded, name, out=out), expected
            )


@pytest.mark.parametrize("name", NAMES)
def test_in_place(name, each_isa):
    x = np.linspace(-3, 3, 77).astype(np.float32)
    expected = kernels.activation_forward(x, name)
    y = x.copy()
    assert kernels.activation_forward(y, name, out=y) is y
    np.testing.assert_array_equal(y, expected)
    grad = np.linspace(1, 2, 77).astype(np.float32)
    slope = kernels.activation_backward(x, grad, name)
    for target in ("saved", "grad"):
        arrays = {"saved": x.copy(), "grad": grad.copy()}
        kernels.activation_backward(arrays["saved"], arrays["grad"], name, out=arrays[target])
        np.testing.assert_array_equal(arrays[target], slope)


def test_every_span_matches_its_forward():
    signature = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p)
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    x = np.linspace(-4, 4, 37).astype(np.float32)
    for isa in kernels.isas():
        for name in NAMES:
            parameters = OTHER_PARAMETERS.get(name, {})
            with kernels.use_isa(isa):
                expected = kernels.activation_forward(x, name, **parameters)
                number, _ = runtime.selected()
            plan, y = kernels.activation_plan(name, **parameters), x.copy()
            span = signature(pointer(plan.spans(number)[0], b"convlab.activation_span"))
            span(y.ctypes.data, y.ctypes.data, y.size, plan.arguments.ctypes.data)
            np.testing.assert_array_equal(y, expected)


def test_inputs_of_any_layout_work(each_isa):
    x = np.random.default_rng(4).standard_normal((6, 8)).astype(np.float32)
    expected = kernels.activation_forward(x, "gelu")
    read_only = x.copy()
    read_only.flags.writeable = False
    misaligned = np.frombuffer(b"0" + x.tobytes(), np.uint8)[1:].view(np.float32).reshape(x.shape)
    for given in (np.asfortranarray(x), read_only, misaligned, x.astype(">f4")):
        np.testing.assert_array_equal(kernels.activation_forward(given, "gelu"), expected)
    np.testing.assert_array_equal(kernels.activation_forward(x[::-1, ::2], "gelu"), expected[::-1, ::2])
    repeated = np.broadcast_to(x[:1], (3, 8))
    np.testing.assert_array_equal(kernels.activation_forward(repeated, "gelu")[2], expected[0])


def test_empty_and_scalar_shapes(each_isa):
    assert kernels.activation_forward(np.empty((0, 5), np.float32), "gelu").shape == (0, 5)
    assert kernels.activation_forward(np.float32(-1.0), "relu").shape == ()


@pytest.mark.parametrize("slope", [0.0, -0.5])
def test_leaky_relu_keeps_its_input_for_slopes_that_fold(slope, each_isa):
    assert kernels.activation_saves("leaky_relu", negative_slope=slope) == "input"
    assert kernels.activation_saves("leaky_relu", negative_slope=0.1) == "output"
    x = np.array([-2, 2], np.float32)
    dx = kernels.activation_backward(x, np.ones_like(x), "leaky_relu", negative_slope=slope)
    np.testing.assert_array_equal(dx, [slope, 1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: kernels.activation_forward(x, "rellu"), ConfigError, r"'rellu'; did you mean 'relu'\?"),
        (lambda x: kernels.activation_forward(x, ["relu"]), ConfigError, "no activation named"),
        (
            lambda x: kernels.activation_forward(x, "elu", alfa=1),
            ConfigError,
            "elu has no parameter 'alfa'; it takes only alpha",
        ),
        (lambda x: kernels.activation_forward(x, "relu", alpha=1), ConfigError, "it takes no parameters"),
        (lambda x: kernels.activation_saves("elu", alpha=-1), ConfigError, "alpha of elu must be at least 0"),
        (lambda x: kernels.activation_plan("celu", alpha=0), ConfigError, "alpha of celu must be above 0"),
        (
            lambda x: kernels.activation_plan("squareplus", b=0),
            ConfigError,
            "b of squareplus must be above 0",
        ),
        (
            lambda x: kernels.activation_forward(x, "elu", alpha=math.inf),
            ConfigError,
            "must be a finite number",
        ),
        (lambda x: kernels.activation_forward(x, "elu", alpha="1x"), ConfigError, "finite number, got '1x'"),
        (
            lambda x: kernels.activation_forward(x, "elu", alpha=True),
            ConfigError,
            "finite number, got True",
        ),
        (lambda x: kernels.activation_forward(x.astype(int), "relu"), ShapeError, "x must be float32 or"),
        (lambda x: kernels.activation_forward(x > 0, "relu"), ShapeError, "got bool"),
        (lambda x: kernels.activation_forward(x * 1j, "relu"), ShapeError, "got complex"),
        (lambda x: kernels.activation_forward(x.astype(np.float16), "relu"), ShapeError, "got float16"),
        (lambda x: kernels.activation_forward(x.astype(object), "relu"), ShapeError, "got object"),
        (
            lambda x: kernels.activation_forward(x[:-1], "relu", out=x[1:]),
            ShapeError,
            "out overlaps x in memory",
        ),
        (
            lambda x: kernels.activation_backward(x, x[:-1], "relu"),
            ShapeError,
            r"grad.shape=\(7,\) differs from saved.shape=\(8,\)",
        ),
        (
            lambda x: kernels.activation_backward(x, x.astype(np.float64), "relu"),
            ShapeError,
            "saved is float32 and grad is float64",
        ),
        (
            lambda x: kernels.activation_forward(x, "relu", out=np.empty(9, np.float32)),
            ShapeError,
            r"out must have shape \(8,\)",
        ),
        (
            lambda x: kernels.activation_forward(x, "relu", out=np.empty(16, np.float32)[::2]),
            ShapeError,
            "out must be contiguous",
        ),
        (lambda x: kernels.activation_forward(x, "relu", out=[0] * 8), ShapeError, "NumPy array, got list"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call(np.arange(8, dtype=np.float32))


def test_read_only_output_is_refused():
    x = np.zeros(4, np.float32)
    x.flags.writeable = False
    with pytest.raises(ShapeError, match="out must be contiguous, aligned and writable"):
        kernels.activation_forward(x, "relu", out=x)


@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_torch(name, each_isa):
    torch = pytest.importorskip("torch", reason="the parity extra is not installed")
    functions = {
        "linear": lambda x: x * 1,
        "gelu_tanh": lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
    }
    functions |= {"hard_silu": torch.nn.functional.hardswish, "hard_sigmoid": torch.nn.functional.hardsigmoid}
    functions |= {"hard_tanh": torch.nn.functional.hardtanh}
    functions |= {"relu_squared": lambda x: torch.relu(x) ** 2}
    functions |= {"squareplus": lambda x: (x + torch.sqrt(x * x + 4)) / 2}
    function = functions.get(name) or getattr(torch.nn.functional, name)
    x = np.concatenate([np.linspace(-9, 9, 3001), [0.0, 6.0, 1.0, -1.0]]).astype(np.float32)
    theirs = torch.tensor(x, requires_grad=True)
    result = function(theirs)
    result.backward(torch.ones_like(result))
    y = kernels.activation_forward(x, name)
    np.testing.assert_allclose(y, result.detach().numpy(), rtol=2e-6, atol=1e-6)
    dx = kernels.activation_backward(saved_for(name, x, y), np.ones_like(x), name)
    np.testing.assert_allclose(dx, theirs.grad.numpy(), rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", kernels.native_activations())
def test_a_plan_gives_what_the_functions_give(name, dtype, each_isa):
    plan = kernels.activation_plan(name)
    a, b = np.random.default_rng(3).standard_normal((2, 70001)).astype(dtype)
    y, dx = np.empty_like(a), np.empty_like(a)
    plan.forward(a, y)
    np.testing.assert_array_equal(y, kernels.activation_forward(a, name))
    plan.backward(y, b, dx)
    np.testing.assert_array_equal(dx, kernels.activation_backward(y, b, name))
    plan.sum_forward(a, b, y)
    np.testing.assert_array_equal(y, kernels.activation_forward(a + b, name))
    total = a + b
    plan.sum_backward(y, a, b, b)
    np.testing.assert_array_equal(b, kernels.activation_backward(y, total, name))


def plans_that_save_their_input():
    plans = [kernels.activation_plan(name) for name in NAMES]
    return [
        *(p for p in plans if p.saves == "input"),
        kernels.activation_plan("leaky_relu", negative_slope=-0.5),
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("plan", plans_that_save_their_input(), ids=lambda plan: plan.name)
def test_value_and_slope_in_one_pass_are_those_of_two(plan, dtype, each_isa):
    x, grad = np.random.default_rng(4).standard_normal((2, 70001)).astype(dtype) * 3
    y, slope, expected = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    plan.sloped_forward(x, y, slope)
    plan.forward(x, expected)
    np.testing.assert_array_equal(y, expected)
    plan.backward(x, np.ones_like(x), expected)
    np.testing.assert_array_equal(slope, expected)
    plan.sloped_forward(x, y, x)  # in place
    np.testing.assert_array_equal(x, slope)
    plan.sloped_backward(slope, grad, y)
    np.testing.assert_array_equal(y, slope * grad)


def test_slopes_are_refused_where_the_output_tells_them_or_would_be_lost():
    x, y = np.zeros((2, 4), np.float32)
    with pytest.raises(ShapeError, match="tanh saves its output"):
        kernels.activation_plan("tanh").sloped_forward(x, y, x)
    for out, slope in ((x, y), (y, y)):
        with pytest.raises(ShapeError, match="out must be an array of its own"):
            kernels.activation_plan("gelu").sloped_forward(x, out, slope)


def test_a_plan_knows_what_it_saves():
    assert kernels.activation_plan("leaky_relu", negative_slope=-1.0).saves == "input"
    assert kernels.activation_plan("leaky_relu").saves == "output"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x[:3], "out must have 4 values, got out.shape=\\(3,\\)"),
        (lambda x: x.astype(np.float64), "out must be float32 like the other arrays, got float64"),
        (lambda x: np.repeat(x, 2)[::2], "out must be C-contiguous"),
        (lambda x: x.tolist(), "out must be an array, not list"),
    ],
)
def test_a_plan_refuses_arrays_that_would_be_read_wrongly(change, message):
    x = np.zeros(4, np.float32)
    with pytest.raises(ShapeError, match=f"ActivationPlan: {message}"):
        kernels.activation_plan("relu").forward(x, change(x))
    with pytest.raises(ShapeError, match="must be a float32 or float64 array, not int64"):
        kernels.activation_plan("relu").forward(np.zeros(4, np.int64), x)
