"""Each optimizer beside PyTorch's: the same values after 100 steps along the same random gradients."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from convlab_plugins.optimizers import OFFERS

torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")

STEPS = 100
Make = Callable[..., Any]

CASES: dict[str, tuple[str, dict[str, Any], Make, dict[str, Any]]] = {
    "sgd": ("sgd", {"lr": 0.05}, torch.optim.SGD, {"lr": 0.05}),
    "momentum": (
        "momentum",
        {"lr": 0.05, "momentum": 0.8},
        torch.optim.SGD,
        {"lr": 0.05, "momentum": 0.8},
    ),
    "nesterov": (
        "nesterov",
        {"lr": 0.05, "momentum": 0.8},
        torch.optim.SGD,
        {"lr": 0.05, "momentum": 0.8, "nesterov": True},
    ),
    "adagrad": ("adagrad", {"lr": 0.05}, torch.optim.Adagrad, {"lr": 0.05}),
    "adagrad from 0.1": (
        "adagrad",
        {"lr": 0.05, "initial_accumulator": 0.1, "epsilon": 1e-7},
        torch.optim.Adagrad,
        {"lr": 0.05, "initial_accumulator_value": 0.1, "eps": 1e-7},
    ),
    "rmsprop": ("rmsprop", {"lr": 0.01, "decay": 0.99}, torch.optim.RMSprop, {"lr": 0.01}),
    "rmsprop centered": (
        "rmsprop",
        {"lr": 0.01, "centered": True},
        torch.optim.RMSprop,
        {"lr": 0.01, "centered": True, "alpha": 0.9},
    ),
    "rmsprop with momentum": (
        "rmsprop",
        {"lr": 0.01, "momentum": 0.5, "epsilon": 1e-3},
        torch.optim.RMSprop,
        {"lr": 0.01, "momentum": 0.5, "alpha": 0.9, "eps": 1e-3},
    ),
    "adam": ("adam", {"lr": 0.01}, torch.optim.Adam, {"lr": 0.01}),
    "adam with other settings": (
        "adam",
        {"lr": 0.01, "betas": (0.7, 0.95), "epsilon": 1e-2},
        torch.optim.Adam,
        {"lr": 0.01, "betas": (0.7, 0.95), "eps": 1e-2},
    ),
    "adamw": ("adamw", {"lr": 0.01}, torch.optim.AdamW, {"lr": 0.01}),
    "adadelta": ("adadelta", {}, torch.optim.Adadelta, {}),
    "adadelta with other settings": (
        "adadelta",
        {"lr": 0.5, "decay": 0.95, "epsilon": 1e-3},
        torch.optim.Adadelta,
        {"lr": 0.5, "rho": 0.95, "eps": 1e-3},
    ),
    "adamax": ("adamax", {"lr": 0.01}, torch.optim.Adamax, {"lr": 0.01}),
    "amsgrad": (
        "amsgrad",
        {"lr": 0.01, "betas": (0.9, 0.8)},
        torch.optim.Adam,
        {"lr": 0.01, "betas": (0.9, 0.8), "amsgrad": True},
    ),
    "nadam": ("nadam", {"lr": 0.01}, torch.optim.NAdam, {"lr": 0.01}),
    "nadam with fast warm-up": (
        "nadam",
        {"lr": 0.01, "momentum_decay": 0.5},
        torch.optim.NAdam,
        {"lr": 0.01, "momentum_decay": 0.5},
    ),
    "radam": ("radam", {"lr": 0.01}, torch.optim.RAdam, {"lr": 0.01}),
    "rprop": ("rprop", {"lr": 0.01}, torch.optim.Rprop, {"lr": 0.01}),
    "rprop with other settings": (
        "rprop",
        {"lr": 0.01, "factors": (0.7, 1.1), "limits": (1e-3, 0.02)},
        torch.optim.Rprop,
        {"lr": 0.01, "etas": (0.7, 1.1), "step_sizes": (1e-3, 0.02)},
    ),
    "asgd": ("asgd", {"lr": 0.05, "shrinkage": 0.0}, torch.optim.ASGD, {"lr": 0.05, "lambd": 0.0}),
    "radam with a short memory": (
        "radam",
        {"lr": 0.01, "betas": (0.8, 0.95), "epsilon": 1e-3},
        torch.optim.RAdam,
        {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-3},
    ),
}


@pytest.fixture(autouse=True)
def scalars_in_float64() -> Iterator[None]:
    """PyTorch keeps scalar state, such as NAdam's product of momenta, in its default type."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


# Relative to the largest value; what 100 steps of rounding may add up to (measured: 2e-7 and 3e-16).
TOLERANCE = {np.float32: 1e-6, np.float64: 2e-15}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("case", CASES)
def test_same_values_as_torch(
    case: str, weight_decay: float, dtype: Any, make_buffers: Any, deviation: Any
) -> None:
    name, config, make, torch_config = CASES[case]
    if weight_decay and make is torch.optim.Rprop:
        pytest.skip("PyTorch's Rprop has no weight decay")
    ours = make_buffers(300, 40, dtype)
    weight = torch.tensor(ours.values[: ours.decayed], requires_grad=True)
    bias = torch.tensor(ours.values[ours.decayed :], requires_grad=True)
    groups = [
        {"params": [weight], "weight_decay": weight_decay},
        {"params": [bias], "weight_decay": 0.0},
    ]
    optimizer = OFFERS[name](ours, **config, weight_decay=weight_decay)
    theirs = make(groups, **torch_config)
    rng = np.random.default_rng(5)
    for _ in range(STEPS):
        gradients = rng.standard_normal(ours.values.size).astype(dtype)
        ours.gradients[...] = gradients
        weight.grad = torch.from_numpy(gradients[: ours.decayed])
        bias.grad = torch.from_numpy(gradients[ours.decayed :].copy())
        optimizer.step(optimizer.lr)
        theirs.step()
    expected = torch.cat([weight, bias]).detach().numpy()
    assert deviation("torch", case, ours.values, expected) < TOLERANCE[dtype]


def test_asgd_shrinks_and_averages_as_torch(make_buffers: Any) -> None:
    ours = make_buffers(300, 0)
    theirs = torch.tensor(ours.values, requires_grad=True)
    optimizer = OFFERS["asgd"](ours, lr=0.05, shrinkage=0.2, power=0.6, average_from=30)
    reference = torch.optim.ASGD([theirs], lr=0.05, lambd=0.2, alpha=0.6, t0=29)
    rng = np.random.default_rng(5)
    for _ in range(STEPS):
        ours.gradients[...] = rng.standard_normal(300)
        theirs.grad = torch.from_numpy(ours.gradients.copy())
        optimizer.step(optimizer.lr)
        reference.step()
    average = reference.state[theirs]["ax"].numpy()
    np.testing.assert_allclose(ours.values, theirs.detach().numpy(), rtol=0, atol=1e-14)
    np.testing.assert_allclose(optimizer.average, average, rtol=0, atol=1e-14)
    assert np.abs(average - ours.values).max() > 0.01
