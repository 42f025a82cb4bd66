"""Mean and spread over seeds."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, TypeGuard


@dataclass(frozen=True)
class Statistic:
    """Mean and sample standard deviation of a few numbers.

    Attributes:
        n: how many numbers.
        mean: their mean.
        deviation: square root of sum((x - mean)^2)/(n - 1), or None for a single number.
    """

    n: int
    mean: float
    deviation: float | None

    @classmethod
    def of(cls, values: Iterable[Any]) -> "Statistic | None":
        """Summarizes the finite numbers among some values.

        Args:
            values: numbers; None, NaN, infinities and what is no number are left out.

        Returns:
            The summary, or None if no number is left.

        Example:
            >>> Statistic.of([1.0, 3.0, None])
            Statistic(n=2, mean=2.0, deviation=1.4142135623730951)
        """
        numbers = [float(value) for value in values if is_finite_number(value)]
        if not numbers:
            return None
        return cls(len(numbers), fmean(numbers), stdev(numbers) if len(numbers) > 1 else None)

    def format(self, digits: int = 3) -> str:
        """Writes mean and deviation, such as ``"0.982 ± 0.004"``."""
        spread = "" if self.deviation is None else f" ± {self.deviation:.{digits}f}"
        return f"{self.mean:.{digits}f}{spread}"


def is_finite_number(value: Any) -> TypeGuard[float]:
    """Whether a value from a file is a number that can be averaged."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return abs(value) <= sys.float_info.max  # False for NaN; an integer may be too large for a float
