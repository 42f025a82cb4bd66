"""Settings out of range are refused."""

from typing import Any

import pytest

from convlab.errors import ConfigError
from convlab.plugin import ParameterBuffers
from convlab_plugins.optimizers.beyond_gradients import OFFERS

OUT_OF_RANGE: list[tuple[str, dict[str, Any], str]] = [
    *((name, {"lr": 0.0}, "lr must be > 0 and finite, got 0.0") for name in OFFERS),
    *((name, {"weight_decay": -0.1}, "weight_decay must be >= 0 and finite, got -0.1") for name in OFFERS),
    ("schedule_free_sgd", {"beta": 1.0}, r"beta must be in \(0, 1\), got 1.0"),
    (
        "schedule_free_adamw",
        {"betas": (0.0, 0.9)},
        r"betas must be one number in \(0, 1\) and one in \[0, 1\), got \(0.0, 0.9\)",
    ),
    ("schedule_free_adamw", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("lbfgs", {"iterations": 0}, "iterations must be >= 1, got 0"),
    ("lbfgs", {"history": 0}, "history must be >= 1, got 0"),
    ("sophia", {"betas": (0.9, 1.0)}, r"betas must be two numbers in \[0, 1\), got \(0.9, 1.0\)"),
    ("sophia", {"gamma": 0.0}, "gamma must be > 0 and finite, got 0.0"),
    ("sophia", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("sophia", {"every": 0}, "every must be >= 1, got 0"),
]


@pytest.mark.parametrize(("name", "config", "message"), OUT_OF_RANGE)
def test_settings_out_of_range_are_refused(name: str, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^optimizer '{name}': {message}$"):
        OFFERS[name](ParameterBuffers([]), **config)
