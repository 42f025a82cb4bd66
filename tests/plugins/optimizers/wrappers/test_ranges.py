"""Settings out of range are refused, those of the inner optimizer as well."""

from typing import Any

import pytest

from convlab.errors import ConfigError
from convlab.plugin import ParameterBuffers
from convlab_plugins.optimizers.wrappers import OFFERS

OUT_OF_RANGE: list[tuple[str, dict[str, Any], str]] = [
    *((name, {"lr": 0.0}, "lr must be > 0 and finite, got 0.0") for name in OFFERS),
    ("accumulate", {"every": 0}, "every must be >= 1, got 0"),
    ("adaptive_gradient_clipping", {"clip": 0.0}, "clip must be > 0 and finite, got 0.0"),
    ("adaptive_gradient_clipping", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("asam", {"rho": -0.1}, "rho must be > 0 and finite, got -0.1"),
    ("asam", {"eta": -0.1}, "eta must be >= 0 and finite, got -0.1"),
    ("clip_by_norm", {"norm": 0.0}, "norm must be > 0 and finite, got 0.0"),
    ("clip_by_value", {"limit": 0.0}, "limit must be > 0 and finite, got 0.0"),
    ("ema", {"decay": 1.0}, r"decay must be in \[0, 1\), got 1.0"),
    ("lookahead", {"every": 0}, "every must be >= 1, got 0"),
    ("lookahead", {"alpha": 0.0}, r"alpha must be in \(0, 1\], got 0.0"),
    ("sam", {"rho": float("nan")}, "rho must be > 0 and finite, got nan"),
    ("swa", {"start": -1}, "start must be >= 0, got -1"),
    ("swa", {"every": 0}, "every must be >= 1, got 0"),
]


@pytest.mark.parametrize(("name", "config", "message"), OUT_OF_RANGE)
def test_settings_out_of_range_are_refused(name: str, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^optimizer '{name}': {message}$"):
        OFFERS[name](ParameterBuffers([]), **config)


@pytest.mark.parametrize("name", sorted(set(OFFERS) - {"by_role"}))
def test_mistakes_of_the_inner_optimizer_are_named(name: str) -> None:
    with pytest.raises(ConfigError, match="^optimizer 'momentum': momentum must be in"):
        OFFERS[name](ParameterBuffers([]), inner={"name": "momentum", "momentum": 2.0})
