"""The schedules that PyTorch has too, step for step over 120 steps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab_plugins.schedules import OFFERS

torch: Any = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
schedulers = torch.optim.lr_scheduler
TOTAL = 120

# name, settings, the same in PyTorch with a base rate of 1
PAIRS: list[tuple[str, dict[str, Any], Callable[[Any], Any]]] = [
    (
        "multistep",
        {"milestones": (30, 0.5, 90), "gammas": (0.3,)},
        lambda optimizer: schedulers.MultiStepLR(optimizer, [30, 60, 90], 0.3),
    ),
    (
        "exponential",
        {"final": 0.95**TOTAL},
        lambda optimizer: schedulers.ExponentialLR(optimizer, 0.95),
    ),
    (
        "polynomial",
        {"power": 0.9},
        lambda optimizer: schedulers.PolynomialLR(optimizer, TOTAL, 0.9),
    ),
    (
        "linear",
        {"final": 0.1},
        lambda optimizer: schedulers.LinearLR(optimizer, 1.0, 0.1, TOTAL),
    ),
    ("cosine", {"final": 0.1}, lambda optimizer: schedulers.CosineAnnealingLR(optimizer, TOTAL, 0.1)),
    (
        "warm_restarts",
        {"cycles": 4, "growth": 2.0, "final": 0.05},
        lambda optimizer: schedulers.CosineAnnealingWarmRestarts(optimizer, TOTAL // 15, 2, 0.05),
    ),
    ("one_cycle", {}, lambda optimizer: schedulers.OneCycleLR(optimizer, 1.0, TOTAL)),
    (
        "one_cycle",
        {"shape": "linear", "rise": 0.45, "initial": 0.1, "final": 0.001},
        lambda optimizer: schedulers.OneCycleLR(
            optimizer,
            1.0,
            TOTAL,
            pct_start=0.45,
            div_factor=10,
            final_div_factor=100,
            anneal_strategy="linear",
        ),
    ),
    *(
        (
            "triangular",
            {"cycles": 3, "low": 0.3, "mode": mode},
            lambda optimizer, mode=mode: schedulers.CyclicLR(
                optimizer, 0.3, 1.0, step_size_up=TOTAL // 6, mode=mode
            ),
        )
        for mode in ("triangular", "triangular2")
    ),
]


@pytest.mark.parametrize(("name", "settings", "scheduler_of"), PAIRS)
def test_same_rates_as_torch(
    name: str, settings: dict[str, Any], scheduler_of: Callable[[Any], Any], deviation: Any
) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0, momentum=0.9)
    scheduler = scheduler_of(optimizer)
    expected = []
    for _ in range(TOTAL):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    found = np.array([OFFERS[name](step, TOTAL, **settings) for step in range(TOTAL)])
    deviation("torch", f"schedule {name}", found, np.array(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("metric", "mode"), [("validation_loss", "min"), ("validation_accuracy", "max")])
@pytest.mark.parametrize(("patience", "cooldown"), [(0, 0), (2, 0), (3, 4), (0, 1)])
def test_same_plateaus_as_torch(metric: str, mode: str, patience: int, cooldown: int) -> None:
    rng = np.random.default_rng(patience + 7 * cooldown)
    values = np.exp(-np.arange(TOTAL) / 50) * (1 + 0.2 * rng.standard_normal(TOTAL))
    values = values if mode == "min" else 1 - values
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = schedulers.ReduceLROnPlateau(
        optimizer, mode, 0.7, patience, 0.01, cooldown=cooldown, min_lr=1e-3, eps=0
    )
    settings = {"metric": metric, "gamma": 0.7, "patience": patience, "threshold": 0.01}
    history = [{metric: float(value)} for value in values]
    for epoch in range(TOTAL):
        scheduler.step(history[epoch][metric])
        found = OFFERS["reduce_on_plateau"](
            0, 1, history[: epoch + 1], **settings, cooldown=cooldown, final=1e-3
        )
        assert found == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)
    assert found < 0.5
