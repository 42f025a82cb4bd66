"""Intervals of Student's t distribution, and the smallest spread that rounding leaves."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

LEVEL = 0.95
_IMAGE_LIMIT = 100_000
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Interval:
    """Where a quantity lies, at a level of 95%.

    Attributes:
        low: lower end.
        high: upper end.
    """

    low: float
    high: float

    def scaled(self, factor: float) -> "Interval":
        """The interval of the quantity times a factor; a negative one turns it around."""
        ends = sorted((factor * self.low, factor * self.high))
        return Interval(*ends)


def t_interval(mean: float, error: float, degrees: float) -> Interval:
    """The interval of a mean whose standard error was estimated.

    mean -+ t(0.975, degrees) error

    Args:
        mean: the mean.
        error: its standard error, >= 0.
        degrees: degrees of freedom of the error, > 0.

    Returns:
        The interval at 95%.

    Example:
        >>> found = t_interval(10.0, 1.0, 9)
        >>> round(found.low, 3), round(found.high, 3)
        (7.738, 12.262)

    References:
        Student, The probable error of a mean, 1908.
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    half = float(stdtrit(degrees, (1 + LEVEL) / 2)) * error
    return Interval(mean - half, mean + half)


def interval_of_mean(values: Sequence[float], resolution: float = 0.0) -> Interval | None:
    """The t interval of the mean of some values.

    Args:
        values: independent values.
        resolution: step between the values that can occur, 0 if they are continuous.

    Returns:
        The interval at 95%, or None for fewer than two values.

    Example:
        >>> found = interval_of_mean([1.0, 2.0, 3.0])
        >>> round(found.low, 3), round(found.high, 3)
        (-0.484, 4.484)
    """
    n = len(values)
    if n < 2:
        return None
    deviation = max(float(np.std(values, ddof=1)), rounding_deviation(resolution))
    return t_interval(float(np.mean(values)), deviation / math.sqrt(n), n - 1)


def rounding_deviation(resolution: float) -> float:
    """Standard deviation that rounding to a grid leaves: resolution / sqrt(12).

    A few runs that got equally many of 143 images right show no spread at all, but they are not known better
    than to one image. No standard deviation is taken to be smaller than this.

    Args:
        resolution: step of the grid, >= 0.

    Returns:
        The standard deviation of a number spread evenly over one step.
    """
    return resolution / math.sqrt(12)


def resolution_of(values: Iterable[float]) -> float:
    """The step of values that are counts over one number, as accuracies are.

    Args:
        values: any numbers.

    Returns:
        1 / N for the smallest N up to 100,000 that makes all of them whole, or 0 if there is none.

    Example:
        >>> round(1 / resolution_of([140 / 143, 139 / 143, 1.0]))
        143
        >>> resolution_of([2**0.5])
        0.0
    """
    common = 1
    for value in set(values):
        fraction = Fraction(value).limit_denominator(_IMAGE_LIMIT)
        common = math.lcm(common, fraction.denominator)
        if abs(float(fraction) - value) > _ROUNDING or common > _IMAGE_LIMIT:
            return 0.0
    return 1 / common
