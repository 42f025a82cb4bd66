"""Settings out of range are refused by Muon and Scion, and by what all matrix optimizers share."""

from typing import Any

import pytest

from convlab.errors import ConfigError
from convlab.plugin import ParameterBuffers
from convlab_plugins.optimizers.matrices import OFFERS

OUT_OF_RANGE: list[tuple[str, dict[str, Any], str]] = [
    *((name, {"lr": 0.0}, "lr must be > 0 and finite, got 0.0") for name in OFFERS),
    *((name, {"lr": float("nan")}, "lr must be > 0 and finite, got nan") for name in OFFERS),
    ("muon", {"momentum": 1.0}, r"momentum must be in \[0, 1\), got 1.0"),
    ("muon", {"iterations": 0}, "iterations must be >= 1, got 0"),
    ("muon", {"weight_decay": -0.1}, "weight_decay must be >= 0 and finite, got -0.1"),
    ("scion", {"constrained": True, "lr": 1.5}, r"lr must be in \(0, 1\] where constrained, got 1.5"),
    ("scion", {"momentum": -0.1}, r"momentum must be in \[0, 1\), got -0.1"),
    ("scion", {"radius": 0.0}, "radius must be > 0 and finite, got 0.0"),
    ("scion", {"output_radius": 0.0}, "output_radius must be > 0 and finite, got 0.0"),
    ("scion", {"iterations": 0}, "iterations must be >= 1, got 0"),
]


@pytest.mark.parametrize(("name", "config", "message"), OUT_OF_RANGE)
def test_settings_out_of_range_are_refused(name: str, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^optimizer '{name}': {message}$"):
        OFFERS[name](ParameterBuffers([]), **config)
