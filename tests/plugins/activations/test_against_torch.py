"""Each activation against PyTorch: its own where it has one, else its automatic derivative of the formula."""

from typing import Any

import numpy as np
import pytest

from convlab.plugin import Activation, Array
from convlab_plugins.activations import OFFERS

torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
nn = torch.nn

THEIRS = {
    "linear": nn.Identity(),
    "relu": nn.ReLU(),
    "relu6": nn.ReLU6(),
    "leaky_relu": nn.LeakyReLU(),
    "prelu": lambda x: nn.functional.prelu(x, torch.tensor([0.25], dtype=x.dtype)),
    "rrelu": nn.RReLU().eval(),
    "elu": nn.ELU(),
    "selu": nn.SELU(),
    "celu": nn.CELU(),
    "gelu": nn.GELU(),
    "gelu_tanh": nn.GELU(approximate="tanh"),
    "silu": nn.SiLU(),
    "hard_silu": nn.Hardswish(),
    "mish": nn.Mish(),
    "softplus": nn.Softplus(),
    "sigmoid": nn.Sigmoid(),
    "hard_sigmoid": nn.Hardsigmoid(),
    "tanh": nn.Tanh(),
    "hard_tanh": nn.Hardtanh(),
    "softsign": nn.Softsign(),
    "threshold": nn.Threshold(1.0, 0.0),
    "log_sigmoid": nn.LogSigmoid(),
    "tanhshrink": nn.Tanhshrink(),
    "soft_shrink": nn.Softshrink(),
    "hard_shrink": nn.Hardshrink(),
}

FORMULAS = {
    "relu_squared": lambda x: torch.relu(x) ** 2,
    "squareplus": lambda x: (x + torch.sqrt(x * x + 4)) / 2,
    "sparse_plus": lambda x: torch.where(x <= -1, 0.0, torch.where(x >= 1, x, (x + 1) ** 2 / 4)),
    "star_relu": lambda x: 0.8944 * torch.relu(x) ** 2 - 0.4472,
    "scaled_tanh": lambda x: 1.7159 * torch.tanh(2 * x / 3),
    "sparse_sigmoid": lambda x: torch.where(x.abs() < 1, (x + 1) / 2, (x > 0).to(x.dtype)),
    "snake": lambda x: x + torch.sin(x) ** 2,
    "sine": torch.sin,
    "gcu": lambda x: x * torch.cos(x),
    "serf": lambda x: x * torch.erf(torch.log1p(torch.exp(x))),
    "logish": lambda x: x * torch.log1p(torch.sigmoid(x)),
    "tanhexp": lambda x: x * torch.tanh(torch.exp(x)),
    "lisht": lambda x: x * torch.tanh(x),
    "bent_identity": lambda x: (torch.sqrt(x * x + 1) - 1) / 2 + x,
    "isru": lambda x: x / torch.sqrt(1 + x * x),
    "isrlu": lambda x: torch.where(x >= 0, x, x / torch.sqrt(1 + x * x)),
    "elish": lambda x: torch.where(x >= 0, x, torch.expm1(x)) * torch.sigmoid(x),
    "swish_beta": nn.functional.silu,
    "xielu": lambda x: torch.where(x > 0, 0.8 * x * x, 0.8 * (torch.expm1(x) - x)) + x / 2,
    "e_swish": lambda x: 1.25 * nn.functional.silu(x),
}

# The corners at -3, -1, -1/2, 0, 1/2, 1, 3 and 6 are on the grid: the derivatives there are PyTorch's too.
GRID = np.linspace(-8, 8, 4097)


def evaluate(activation: Activation, x: Array) -> tuple[Array, Array]:
    value, derivative = np.empty_like(x), np.empty_like(x)
    activation.value(x, value)
    activation.derivative(x, derivative)
    return value, derivative


def evaluate_theirs(function: Any, x: Array) -> tuple[Array, Array]:
    points = torch.from_numpy(x.copy()).requires_grad_()
    value = function(points)
    value.sum().backward()
    return value.detach().numpy(), points.grad.numpy()


def test_every_offer_is_compared_here() -> None:
    assert set(THEIRS) | set(FORMULAS) == set(OFFERS)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-6)])
@pytest.mark.parametrize("name", THEIRS)
def test_same_as_torch(name: str, dtype: Any, tolerance: float, deviation: Any) -> None:
    """PyTorch rounds hard_sigmoid's slope of 1/6 to float32, for float64 too."""
    x = GRID.astype(dtype)
    if name == "hard_sigmoid":
        tolerance = max(tolerance, 1e-7)
    for ours, theirs in zip(evaluate(OFFERS[name](), x), evaluate_theirs(THEIRS[name], x), strict=True):
        deviation("torch", name, ours, theirs)
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", FORMULAS)
def test_same_as_torch_finds_from_the_formula(name: str) -> None:
    ours, theirs = evaluate(OFFERS[name](), GRID), evaluate_theirs(FORMULAS[name], GRID)
    for mine, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, expected, rtol=1e-12, atol=1e-13)
