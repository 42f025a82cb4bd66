"""Interquartile means: what the middle half of the seeds reached, with an interval."""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from convlab.compare.interval import LEVEL, Interval, rounding_deviation, t_interval

FEWEST = 4
BOOTSTRAP_FROM = 10
_RESAMPLES = 2000
_RESAMPLING_SEED = 20221

Floats = npt.NDArray[np.float64]


def interquartile_mean(values: npt.ArrayLike) -> Floats:
    """The mean of the middle half of some values.

    mean of x_(g+1) .. x_(n-g),  g = floor(n/4), for values in rising order

    Args:
        values: shape (..., n).

    Returns:
        The means, shape (...).

    Example:
        >>> float(interquartile_mean([1.0, 2.0, 3.0, 100.0]))
        2.5

    References:
        R. Agarwal and others, Deep reinforcement learning at the edge of the statistical precipice, 2021.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=-1)
    cut = ordered.shape[-1] // 4
    middle: Floats = ordered[..., cut : ordered.shape[-1] - cut].mean(axis=-1)
    return middle


def interval_of_iqm(values: Sequence[float], resolution: float = 0.0) -> Interval | None:
    """The interval of an interquartile mean.

    4 to 9 values:   iqm -+ t(0.975, h - 1) s sqrt((n - 1) / (h (h - 1))),  h = n - 2 floor(n/4)
    10 values or more:  iqm - q(0.975) s  to  iqm - q(0.025) s,  q of (iqm* - iqm) / s* over 2,000 resamples

    where s is the standard deviation of the winsorized values (those that were cut off take the value of the
    nearest one that stayed). The plain percentile bootstrap covers 88%
    instead of 95% with 4 values, and 90% with 5.

    Args:
        values: independent values.
        resolution: step between the values that can occur, 0 if they are continuous.

    Returns:
        The interval at 95%, the same for the same values, or None for fewer than four.

    Example:
        >>> found = interval_of_iqm([0.91, 0.92, 0.93, 0.95, 0.99])
        >>> round(found.low, 3), round(found.high, 3)
        (0.88, 0.987)

    References:
        J. W. Tukey and D. H. McLaughlin, Less vulnerable confidence and significance procedures for
        location based on a single sample, 1963. B. Efron and R. Tibshirani, An introduction to the
        bootstrap, 1993, section 12.5.
    """
    n = len(values)
    if n < FEWEST:
        return None
    sample = np.asarray(values, dtype=np.float64)
    kept = n - 2 * (n // 4)
    floor = rounding_deviation(resolution)
    middle = float(interquartile_mean(sample))
    deviation = max(float(_winsorized_deviation(sample)), floor)
    if n < BOOTSTRAP_FROM:
        error = deviation * math.sqrt((n - 1) / (kept * (kept - 1)))
        return t_interval(middle, error, kept - 1)
    resampled = sample[_resampling(n)]
    deviations = np.maximum(_winsorized_deviation(resampled), floor)
    spread = deviations > 0
    if not spread.any():
        return Interval(middle, middle)
    studentized = (interquartile_mean(resampled) - middle)[spread] / deviations[spread]
    low, high = np.quantile(studentized, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(middle - high * deviation), float(middle - low * deviation))


def _winsorized_deviation(values: Floats) -> Floats:
    ordered = np.sort(values, axis=-1)
    cut = ordered.shape[-1] // 4
    low, high = ordered[..., cut, None], ordered[..., -cut - 1, None]
    deviation: Floats = np.clip(ordered, low, high).std(axis=-1, ddof=1)
    return deviation


@cache
def _resampling(n: int) -> npt.NDArray[np.int64]:
    """Which values each resample takes: always the same ones, so that an interval can be repeated."""
    return np.random.default_rng(_RESAMPLING_SEED).integers(0, n, (_RESAMPLES, n))
