"""Each activation against its formula, its published constants and PyTorch."""

import re
from collections.abc import Callable
from math import erf, exp, log1p, pi, sqrt, tanh
from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab.plugin import Activation, Array
from convlab_plugins.activations import OFFERS

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


FORMULAS: dict[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "relu": lambda x: max(0.0, x),
    "relu6": lambda x: min(max(0.0, x), 6.0),
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "elu": lambda x: x if x > 0 else exp(x) - 1,
    "selu": lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * (exp(x) - 1)),
    "celu": lambda x: x if x > 0 else exp(x) - 1,
    "gelu": lambda x: x * (1 + erf(x / sqrt(2))) / 2,
    "gelu_tanh": lambda x: x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2,
    "silu": lambda x: x * sigmoid(x),
    "hard_silu": lambda x: x * min(max(0.0, x + 3), 6.0) / 6,
    "mish": lambda x: x * tanh(log1p(exp(x))),
    "softplus": lambda x: log1p(exp(x)),
    "sigmoid": sigmoid,
    "hard_sigmoid": lambda x: min(max(0.0, x + 3), 6.0) / 6,
    "tanh": tanh,
    "hard_tanh": lambda x: min(max(-1.0, x), 1.0),
    "softsign": lambda x: x / (1 + abs(x)),
}


def evaluate(activation: Activation, x: Array) -> tuple[Array, Array]:
    value, derivative = np.empty_like(x), np.empty_like(x)
    activation.value(x, value)
    activation.derivative(x, derivative)
    return value, derivative


def test_every_offer_has_a_formula_here() -> None:
    assert set(FORMULAS) == set(OFFERS)


@pytest.mark.parametrize("name", FORMULAS)
def test_value_is_the_formula(name: str) -> None:
    x = np.linspace(-9, 9, 721)
    value, _ = evaluate(OFFERS[name](), x)
    np.testing.assert_allclose(value, [FORMULAS[name](float(item)) for item in x], rtol=1e-12, atol=1e-14)


def test_parameters_change_the_function() -> None:
    x = np.array([-2.0, 3.0])
    for name, config, expected in (
        ("leaky_relu", {"negative_slope": 0.2}, ([-0.4, 3.0], [0.2, 1.0])),
        ("leaky_relu", {"negative_slope": -1.0}, ([2.0, 3.0], [-1.0, 1.0])),
        ("elu", {"alpha": 0.5}, ([0.5 * (exp(-2) - 1), 3.0], [0.5 * exp(-2), 1.0])),
        ("celu", {"alpha": 0.5}, ([0.5 * (exp(-4) - 1), 3.0], [exp(-4), 1.0])),
    ):
        value, derivative = evaluate(OFFERS[name](**config), x)
        np.testing.assert_allclose(value, expected[0], rtol=1e-12)
        np.testing.assert_allclose(derivative, expected[1], rtol=1e-12)


def mean_square(activation: Activation) -> float:
    """E[f(z)^2], z normal, by Simpson's rule, which is exact for the parabolas between the corners."""
    z = np.linspace(-9, 9, 36_001)
    value, _ = evaluate(activation, z)
    weights = np.ones_like(z)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    density = np.exp(-z * z / 2) / sqrt(2 * pi)
    return float((weights * value**2 * density).sum() * (z[1] - z[0]) / 3)


@pytest.mark.parametrize("name", OFFERS)
def test_gain_keeps_the_mean_square(name: str) -> None:
    activation = OFFERS[name]()
    assert activation.gain**2 * mean_square(activation) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", OFFERS)
def test_gain_is_the_one_documented(name: str) -> None:
    documented = re.search(r"Gain: (\d\.\d{4})", OFFERS[name].__doc__ or "")
    assert documented is not None
    assert f"{OFFERS[name]().gain:.4f}" == documented[1]


@pytest.mark.parametrize(
    ("name", "config", "published"),
    [
        ("linear", {}, 1.0),
        ("relu", {}, sqrt(2)),
        ("leaky_relu", {"negative_slope": 0.2}, sqrt(2 / (1 + 0.2**2))),
        ("selu", {}, 1.0),
    ],
)
def test_gain_agrees_with_the_derivation(name: str, config: dict[str, float], published: float) -> None:
    assert OFFERS[name](**config).gain == pytest.approx(published, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("leaky_relu", {"negative_slope": float("nan")}, "negative_slope must be finite, got nan"),
        ("elu", {"alpha": 0.0}, "alpha must be > 0 and finite, got 0.0"),
        ("celu", {"alpha": -1.0}, "alpha must be > 0 and finite, got -1.0"),
    ],
)
def test_settings_out_of_range_are_refused(name: str, config: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^activation '{name}': {message}$"):
        OFFERS[name](**config)


TORCH_NAMES = {
    "linear": "Identity",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "selu": "SELU",
    "celu": "CELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "hard_silu": "Hardswish",
    "mish": "Mish",
    "softplus": "Softplus",
    "sigmoid": "Sigmoid",
    "hard_sigmoid": "Hardsigmoid",
    "tanh": "Tanh",
    "hard_tanh": "Hardtanh",
    "softsign": "Softsign",
}


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-6)])
@pytest.mark.parametrize("name", OFFERS)
def test_same_as_torch(name: str, dtype: Any, tolerance: float) -> None:
    """The corners at -3, -1, 0, 1, 3 and 6 are on the grid: the derivatives there are PyTorch's too.

    PyTorch rounds hard_sigmoid's slope of 1/6 to float32, for float64 too.
    """
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    if name == "gelu_tanh":
        module = torch.nn.GELU(approximate="tanh")
    else:
        module = getattr(torch.nn, TORCH_NAMES[name])()
    x = np.linspace(-8, 8, 257).astype(dtype)
    points = torch.from_numpy(x.copy()).requires_grad_()
    expected = module(points)
    expected.sum().backward()
    value, derivative = evaluate(OFFERS[name](), x)
    if name == "hard_sigmoid":
        tolerance = max(tolerance, 1e-7)
    np.testing.assert_allclose(value, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(derivative, points.grad.numpy(), rtol=tolerance, atol=tolerance)
