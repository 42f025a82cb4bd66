"""A metric over the epochs, as points to draw."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

Points = list[tuple[float, float]]


def points(metrics: Sequence[Mapping[str, Any]], name: str) -> Points:
    """Gives (epoch, value) of every epoch where the value is a finite number.

    Args:
        metrics: of each epoch, as in metrics.jsonl.
        name: of the value, such as ``"train_loss"``.

    Returns:
        The points in the order of the metrics.

    Example:
        >>> points([{"epoch": 1, "train_loss": 0.5}, {"epoch": 2, "train_loss": float("nan")}], "train_loss")
        [(1.0, 0.5)]
    """
    found = ((line.get("epoch"), line.get(name)) for line in metrics)
    return [(float(epoch), float(value)) for epoch, value in found if _is_finite(epoch) and _is_finite(value)]


def _is_finite(value: Any) -> TypeGuard[float]:
    # an integer may be too large for a float
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max
