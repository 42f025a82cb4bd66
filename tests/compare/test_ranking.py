"""Average ranks: the worked example of Demsar 2006, and scipy."""

import numpy as np
import pytest
from scipy import stats

from convlab.compare.ranking import rank_blocks

LABELS = ["C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf"]
# ranks of table 6 of J. Demsar, Statistical comparisons of classifiers over multiple data sets, 2006
DEMSAR = [
    [4, 3, 2, 1],
    [1, 2, 3, 4],
    [4, 1, 2, 3],
    [4, 1, 3, 2],
    [4, 2, 3, 1],
    [1, 2.5, 4, 2.5],
    [3, 2, 4, 1],
    [2.5, 2.5, 4, 1],
    [4, 3, 2, 1],
    [2.5, 2.5, 2.5, 2.5],
    [4, 2.5, 1, 2.5],
    [3, 2, 4, 1],
    [4, 1, 2, 3],
    [3, 1, 4, 2],
]


def test_demsars_example() -> None:
    found = rank_blocks(LABELS, -np.array(DEMSAR))
    assert dict(zip(found.labels, found.ranks, strict=True)) == pytest.approx(
        {"C4.5": 3.143, "C4.5+m": 2.000, "C4.5+cf": 2.893, "C4.5+m+cf": 1.964}, abs=5e-4
    )
    assert found.critical_difference == pytest.approx(1.25, abs=0.005)
    # the two that differ by 1.179 are not told apart, nor any nearer ones
    assert found.groups == ((0, 3),)


@pytest.mark.parametrize(("k", "quantile"), [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (10, 3.164)])
def test_nemenyis_critical_values_are_those_of_demsars_table_5(k: int, quantile: float) -> None:
    found = rank_blocks([str(arm) for arm in range(k)], np.random.default_rng(0).random((6, k)))
    assert found.critical_difference == pytest.approx(quantile * (k * (k + 1) / 36) ** 0.5, abs=1e-3)


@pytest.mark.parametrize("digits", [1, 6])
def test_friedmans_statistic_is_scipys_with_and_without_ties(digits: int) -> None:
    scores = np.round(np.random.default_rng(2).random((9, 4)) + np.arange(4) / 10, digits)
    expected = stats.friedmanchisquare(*scores.T)
    found = rank_blocks(LABELS, scores)
    assert (found.chi_squared, found.p) == pytest.approx((expected.statistic, expected.pvalue))


def test_groups_are_the_largest_that_are_not_told_apart() -> None:
    blocks = np.tile([9.0, 8, 7, 6, 5, 4, 3, 2, 1], (15, 1))
    found = rank_blocks([str(arm) for arm in range(9)], blocks)
    assert found.critical_difference == pytest.approx(3.102 * (90 / 90) ** 0.5, abs=1e-3)
    assert found.groups == ((0, 3), (1, 4), (2, 5), (3, 6), (4, 7), (5, 8))


def test_scores_that_are_all_equal() -> None:
    found = rank_blocks(["a", "b"], [[0.5, 0.5], [0.5, 0.5]])
    assert (found.ranks, found.chi_squared, found.p) == ((1.5, 1.5), 0.0, 1.0)
