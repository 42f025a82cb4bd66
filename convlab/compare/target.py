"""When a configuration reached a validation accuracy for the first time."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from convlab.compare.row import Row
from convlab.compare.statistic import is_finite_number
from convlab.records.run_directory import RunDirectory


@dataclass(frozen=True)
class TimeToTarget:
    """How long a configuration took to a target.

    Attributes:
        label: of the configuration.
        target: validation accuracy, 0 to 1.
        runs: number of finished runs.
        reached: how many of them reached it.
        epochs: median of the first epoch at which it was reached, where a run that never did counts as
            infinitely late; None if that makes the median infinite.
        seconds: the same, of training time.
    """

    label: str
    target: float
    runs: int
    reached: int
    epochs: float | None
    seconds: float | None


def time_to_target(row: Row, target: float) -> TimeToTarget:
    """Reads from the runs' metrics when they reached a target.

    Args:
        row: a configuration with finished runs.
        target: validation accuracy, 0 to 1.

    Returns:
        The times.

    Raises:
        RecordError: if the metrics of a run cannot be read.
    """
    firsts = [_first_reaching(path, target) for path in row.runs]
    reached = [first for first in firsts if first is not None]
    late = [(math.inf, math.inf)] * (len(firsts) - len(reached))
    return TimeToTarget(
        label=row.label,
        target=target,
        runs=len(firsts),
        reached=len(reached),
        epochs=_finite_median(epoch for epoch, _ in [*reached, *late]),
        seconds=_finite_median(seconds for _, seconds in [*reached, *late]),
    )


def _first_reaching(path: Path, target: float) -> tuple[float, float] | None:
    for line in RunDirectory(path).metrics:
        if _number(line, "validation_accuracy", -math.inf) >= target:
            return _number(line, "epoch", math.nan), _number(line, "seconds", math.nan)
    return None


def _number(line: dict[str, Any], name: str, otherwise: float) -> float:
    value = line.get(name)
    return float(value) if is_finite_number(value) else otherwise


def _finite_median(values: Iterable[float]) -> float | None:
    found = median(values)
    return found if math.isfinite(found) else None
