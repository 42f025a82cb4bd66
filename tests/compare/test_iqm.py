"""Interquartile means: by hand, and how often their intervals cover."""

import numpy as np
import pytest
from scipy import stats

from convlab.compare.iqm import BOOTSTRAP_FROM, interquartile_mean, interval_of_iqm

COVERED = (0.93, 0.97)


@pytest.mark.parametrize("n", [1, 3, 4, 7, 8, 21])
def test_it_is_the_mean_without_a_quarter_at_either_end(n: int) -> None:
    values = np.random.default_rng(n).random((5, n))
    assert interquartile_mean(values) == pytest.approx(stats.trim_mean(values, 0.25, axis=1))


def test_the_interval_of_five_values_by_hand() -> None:
    # winsorized 2 2 3 4 4: sum of squares 4, of which 3 values are kept
    found = interval_of_iqm([5.0, 1.0, 3.0, 2.0, 4.0])
    assert found is not None
    assert found.high - 3 == pytest.approx(4.302653 * (4 / (3 * 2)) ** 0.5, rel=1e-5)
    assert 3 - found.low == pytest.approx(found.high - 3)


def test_an_outlier_does_not_move_it() -> None:
    values = [0.90, 0.91, 0.92, 0.93, 0.94]
    assert interval_of_iqm([*values[:-1], 50.0]) == interval_of_iqm(values)


def test_too_few_values_have_none() -> None:
    assert interval_of_iqm([1.0, 2.0, 3.0]) is None


def test_the_bootstrap_is_repeatable_and_near_the_t_interval_for_normal_values() -> None:
    values = np.random.default_rng(0).normal(size=200).tolist()
    found = interval_of_iqm(values)
    assert found is not None
    assert found == interval_of_iqm(values)
    error = stats.mstats.trimmed_stde(values, (0.25, 0.25), (True, True))
    assert found.high - found.low == pytest.approx(2 * 1.97 * error, rel=0.1)


def test_equal_values_have_an_interval_of_their_rounding() -> None:
    found = interval_of_iqm([0.5] * 12)
    assert found is not None
    assert found.low == found.high == 0.5
    rounded = interval_of_iqm([0.5] * 12, 0.01)
    assert rounded is not None
    assert rounded.low == rounded.high == 0.5 or rounded.low < 0.5 < rounded.high


@pytest.mark.parametrize("n", [5, 7, BOOTSTRAP_FROM, 20])
@pytest.mark.parametrize("kind", ["normal", "skewed"])
def test_95_percent_intervals_cover_95_percent(n: int, kind: str) -> None:
    generator = np.random.default_rng(1)
    draw = {"normal": generator.standard_normal, "skewed": lambda shape: generator.beta(60, 3, shape)}[kind]
    true = float(interquartile_mean(draw(1_000_000)))
    intervals = [interval_of_iqm(values) for values in draw((1500, n)).tolist()]
    covered = np.mean([item is not None and item.low <= true <= item.high for item in intervals])
    assert COVERED[0] <= covered <= COVERED[1]
