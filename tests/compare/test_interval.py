"""Intervals of means: against scipy, and how often they cover."""

import numpy as np
import pytest
from scipy import stats

from convlab.compare.interval import Interval, interval_of_mean, resolution_of, rounding_deviation

COVERED = (0.93, 0.97)


def test_the_interval_is_students() -> None:
    values = [0.91, 0.95, 0.97, 0.90, 0.96]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    found = interval_of_mean(values)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_one_value_has_no_interval() -> None:
    assert interval_of_mean([0.5]) is None


def test_equal_accuracies_are_known_no_better_than_to_their_rounding() -> None:
    found = interval_of_mean([140 / 143] * 3, 1 / 143)
    assert found is not None
    assert (found.high - found.low) / 2 == pytest.approx(stats.t.ppf(0.975, 2) / 143 / 12**0.5 / 3**0.5)
    assert interval_of_mean([0.5, 0.5]) == Interval(0.5, 0.5)


@pytest.mark.parametrize(
    ("values", "images"),
    [
        ([140 / 143, 139 / 143], 143),
        ([9_998 / 10_000, 9_997 / 10_000], 10_000),
        ([1.0, 0.0], 1),
        ([0.1, 0.25], 20),
    ],
)
def test_the_resolution_is_found_from_the_values(values: list[float], images: int) -> None:
    assert resolution_of(values) == 1 / images


def test_continuous_values_have_no_resolution() -> None:
    assert resolution_of(np.random.default_rng(0).random(5).tolist()) == 0
    assert resolution_of([1 / 99_991, 1 / 99_989]) == 0


def test_the_rounding_deviation_is_that_of_rounding() -> None:
    values = np.random.default_rng(0).random(100_000)
    assert rounding_deviation(0.01) == pytest.approx(np.std(np.round(values, 2) - values), rel=0.01)


@pytest.mark.parametrize("n", [3, 5, 10])
def test_95_percent_intervals_of_accuracies_cover_95_percent(n: int) -> None:
    """Accuracies on 143 images whose true value varies with the seed."""
    generator = np.random.default_rng(n)
    true = np.clip(generator.normal(0.95, 0.012, (4000, n)), 0, 1)
    mean = float(np.clip(generator.normal(0.95, 0.012, 1_000_000), 0, 1).mean())
    samples = generator.binomial(143, true) / 143
    intervals = [interval_of_mean(values, 1 / 143) for values in samples.tolist()]
    covered = np.mean([item is not None and item.low <= mean <= item.high for item in intervals])
    assert COVERED[0] <= covered <= COVERED[1]
