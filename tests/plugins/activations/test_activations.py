"""Each activation against its formula, its published constants and PyTorch."""

import re
from collections.abc import Callable
from math import cos, erf, exp, expm1, log, log1p, pi, sin, sqrt, tanh
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
    "relu_squared": lambda x: max(0.0, x) ** 2,
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "prelu": lambda x: x if x > 0 else 0.25 * x,
    "rrelu": lambda x: x if x > 0 else 11 / 48 * x,
    "elu": lambda x: x if x > 0 else exp(x) - 1,
    "selu": lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * (exp(x) - 1)),
    "celu": lambda x: x if x > 0 else exp(x) - 1,
    "gelu": lambda x: x * (1 + erf(x / sqrt(2))) / 2,
    "gelu_tanh": lambda x: x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2,
    "silu": lambda x: x * sigmoid(x),
    "swish_beta": lambda x: x * sigmoid(x),
    "hard_silu": lambda x: x * min(max(0.0, x + 3), 6.0) / 6,
    "mish": lambda x: x * tanh(log1p(exp(x))),
    "softplus": lambda x: log1p(exp(x)),
    "squareplus": lambda x: 2 / (sqrt(x * x + 4) - x),
    "sigmoid": sigmoid,
    "hard_sigmoid": lambda x: min(max(0.0, x + 3), 6.0) / 6,
    "tanh": tanh,
    "hard_tanh": lambda x: min(max(-1.0, x), 1.0),
    "softsign": lambda x: x / (1 + abs(x)),
    "threshold": lambda x: x if x > 1 else 0.0,
    "sparse_plus": lambda x: 0.0 if x <= -1 else x if x >= 1 else (x + 1) ** 2 / 4,
    "star_relu": lambda x: 0.8944 * max(0.0, x) ** 2 - 0.4472,
    "log_sigmoid": lambda x: log(sigmoid(x)),
    "scaled_tanh": lambda x: 1.7159 * tanh(2 * x / 3),
    "tanhshrink": lambda x: x - tanh(x),
    "soft_shrink": lambda x: x - 0.5 if x > 0.5 else x + 0.5 if x < -0.5 else 0.0,
    "hard_shrink": lambda x: x if abs(x) > 0.5 else 0.0,
    "sparse_sigmoid": lambda x: min(max(0.0, (x + 1) / 2), 1.0),
    "snake": lambda x: x + sin(x) ** 2,
    "sine": sin,
    "gcu": lambda x: x * cos(x),
    "serf": lambda x: x * erf(log1p(exp(x))),
    "logish": lambda x: x * log(1 + sigmoid(x)),
    "tanhexp": lambda x: x * tanh(exp(x)),
    "lisht": lambda x: x * tanh(x),
    "bent_identity": lambda x: (sqrt(x * x + 1) - 1) / 2 + x,
    "isru": lambda x: x / sqrt(1 + x * x),
    "isrlu": lambda x: x if x >= 0 else x / sqrt(1 + x * x),
    "elish": lambda x: (x if x >= 0 else exp(x) - 1) * sigmoid(x),
    "e_swish": lambda x: 1.25 * x * sigmoid(x),
    "xielu": lambda x: 0.8 * x * x + x / 2 if x > 0 else 0.8 * (expm1(x) - x) + x / 2,
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
        (
            "squareplus",
            {"b": 9.0},
            ([(sqrt(13) - 2) / 2, (3 + sqrt(18)) / 2], [(1 - 2 / sqrt(13)) / 2, (1 + 3 / sqrt(18)) / 2]),
        ),
        ("prelu", {"slope": -0.5}, ([1.0, 3.0], [-0.5, 1.0])),
        ("rrelu", {"lower": -1.0, "upper": 0.5}, ([0.5, 3.0], [-0.25, 1.0])),
        (
            "swish_beta",
            {"beta": 2.0},
            (
                [-2 * sigmoid(-4), 3 * sigmoid(6)],
                [sigmoid(s) * (1 + s * sigmoid(-s)) for s in (-4, 6)],
            ),
        ),
        (
            "xielu",
            {"positive": 2.0, "negative": 1.5, "beta": 1.0},
            ([1.5 * (expm1(-2) + 2) - 2, 21.0], [1.5 * expm1(-2) + 1, 13.0]),
        ),
        ("threshold", {"threshold": -3.0, "below": 7.0}, ([-2.0, 3.0], [1.0, 1.0])),
        ("threshold", {"threshold": 3.0, "below": 7.0}, ([7.0, 7.0], [0.0, 0.0])),
        ("star_relu", {"scale": 2.0, "bias": 1.0}, ([1.0, 19.0], [0.0, 12.0])),
        (
            "scaled_tanh",
            {"height": 2.0, "slope": 3.0},
            ([2 * tanh(-6), 2 * tanh(9)], [6 * (1 - tanh(6) ** 2), 6 * (1 - tanh(9) ** 2)]),
        ),
        ("soft_shrink", {"threshold": 2.5}, ([0.0, 0.5], [0.0, 1.0])),
        ("hard_shrink", {"threshold": 2.5}, ([0.0, 3.0], [0.0, 1.0])),
        (
            "snake",
            {"frequency": 0.5},
            ([2 * sin(1) ** 2 - 2, 3 + 2 * sin(1.5) ** 2], [1 - sin(2), 1 + sin(3)]),
        ),
        ("sine", {"frequency": 30.0}, ([-sin(60), sin(90)], [30 * cos(60), 30 * cos(90)])),
        ("isru", {"alpha": 2.0}, ([-2 / 3, 3 / sqrt(19)], [1 / 27, 19**-1.5])),
        ("isrlu", {"alpha": 2.0}, ([-2 / 3, 3.0], [1 / 27, 1.0])),
        (
            "e_swish",
            {"beta": 2.0},
            (
                [-4 * sigmoid(-2), 6 * sigmoid(3)],
                [2 * sigmoid(s) * (1 + s * sigmoid(-s)) for s in (-2, 3)],
            ),
        ),
    ):
        value, derivative = evaluate(OFFERS[name](**config), x)
        np.testing.assert_allclose(value, expected[0], rtol=1e-12)
        np.testing.assert_allclose(derivative, expected[1], rtol=1e-12)


JUMPS = {"threshold", "hard_shrink"}  # a jump at a point of the grid counts half a step too far


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
    tolerance = 1e-3 if name in JUMPS else 1e-6
    assert activation.gain**2 * mean_square(activation) == pytest.approx(1, abs=tolerance)


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
        ("prelu", {"slope": float("inf")}, "slope must be finite, got inf"),
        ("rrelu", {"lower": float("nan")}, "lower must be finite, got nan"),
        ("rrelu", {"lower": 0.5}, "upper must be >= lower and finite, got 0.3333333333333333"),
        ("swish_beta", {"beta": float("nan")}, "beta must be finite, got nan"),
        ("xielu", {"positive": 0.0}, "positive must be > 0 and finite, got 0.0"),
        ("xielu", {"negative": 0.5}, "negative must be > beta and finite, got 0.5"),
        ("xielu", {"beta": -1.0}, "beta must be >= 0 and finite, got -1.0"),
        ("squareplus", {"b": 0.0}, "b must be > 0 and finite, got 0.0"),
        ("threshold", {"threshold": float("nan")}, "threshold must be finite, got nan"),
        ("threshold", {"below": float("-inf")}, "below must be finite, got -inf"),
        ("star_relu", {"scale": float("inf")}, "scale must be finite, got inf"),
        ("star_relu", {"bias": float("nan")}, "bias must be finite, got nan"),
        ("scaled_tanh", {"height": 0.0}, "height must be > 0 and finite, got 0.0"),
        ("scaled_tanh", {"slope": -1.0}, "slope must be > 0 and finite, got -1.0"),
        ("soft_shrink", {"threshold": -0.5}, "threshold must be >= 0 and finite, got -0.5"),
        ("hard_shrink", {"threshold": -0.5}, "threshold must be >= 0 and finite, got -0.5"),
        ("snake", {"frequency": 0.0}, "frequency must be > 0 and finite, got 0.0"),
        ("sine", {"frequency": 0.0}, "frequency must be > 0 and finite, got 0.0"),
        ("isru", {"alpha": 0.0}, "alpha must be > 0 and finite, got 0.0"),
        ("isrlu", {"alpha": 0.0}, "alpha must be > 0 and finite, got 0.0"),
        ("e_swish", {"beta": 0.0}, "beta must be > 0 and finite, got 0.0"),
    ],
)
def test_settings_out_of_range_are_refused(name: str, config: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^activation '{name}': {message}$"):
        OFFERS[name](**config)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OFFERS)
def test_large_inputs_give_finite_outputs(name: str, dtype: Any) -> None:
    """Any overflow on the way would be a warning, and warnings are errors."""
    for limit in (100.0, 1e4):
        value, derivative = evaluate(OFFERS[name](), np.linspace(-limit, limit, 4001).astype(dtype))
        assert np.isfinite(value).all()
        assert np.isfinite(derivative).all()
