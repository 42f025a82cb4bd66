"""The ranges that settings of several optimizers have."""

from collections.abc import Sequence
from math import inf

from convlab_plugins.checks import require

_COUNTS = {2: "two", 3: "three"}


def positive(plugin: str, field: str, value: float) -> float:
    """A setting that must be > 0 and finite.

    Raises:
        ConfigError: if it is not.

    Example:
        >>> positive("optimizer 'adam'", "epsilon", 1e-8)
        1e-08
    """
    require(0 < value < inf, plugin, field, value, "> 0 and finite")
    return float(value)


def not_negative(plugin: str, field: str, value: float) -> float:
    """A setting that must be >= 0 and finite.

    Raises:
        ConfigError: if it is not.

    Example:
        >>> not_negative("optimizer 'adamw'", "weight_decay", 0)
        0.0
    """
    require(0 <= value < inf, plugin, field, value, ">= 0 and finite")
    return float(value)


def kept_part(plugin: str, field: str, value: float) -> float:
    """A setting that says which part of a running mean is kept: in [0, 1).

    Raises:
        ConfigError: if it is not.

    Example:
        >>> kept_part("optimizer 'signum'", "momentum", 0.9)
        0.9
    """
    require(0 <= value < 1, plugin, field, value, "in [0, 1)")
    return float(value)


def kept_parts(plugin: str, field: str, values: Sequence[float], count: int = 2) -> tuple[float, ...]:
    """Several settings of that kind, such as the betas of Adam.

    Raises:
        ConfigError: if one is out of range, or there are more or less than `count`.

    Example:
        >>> kept_parts("optimizer 'adam'", "betas", [0.9, 0.999])
        (0.9, 0.999)
    """
    in_range = len(values) == count and all(0 <= value < 1 for value in values)
    require(in_range, plugin, field, tuple(values), f"{_COUNTS[count]} numbers in [0, 1)")
    return tuple(float(value) for value in values)
