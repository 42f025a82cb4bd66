"""Pairs of configurations: Student's own data, scipy, and how often nothing is taken for something."""

import math

import numpy as np
import pytest
from scipy import stats

from convlab.compare.interval import resolution_of
from convlab.compare.moments import Moments
from convlab.compare.pairs import Pairs, pair_up
from convlab.compare.power import seeds_needed

# hours of sleep gained with two drugs by ten patients: Student, The probable error of a mean, 1908
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
COVERED = (0.93, 0.97)


def by_seed(values: list[float], offset: int = 0) -> dict[str, float]:
    return {str(seed + offset): value for seed, value in enumerate(values)}


def test_students_sleep_data_paired() -> None:
    found = pair_up(["second", "first"], [by_seed(SECOND), by_seed(FIRST)]).between(0, 1)
    assert (found.paired, found.n, found.outcome) == (True, 10, "better")
    assert found.mean == pytest.approx(1.58)
    assert found.p == pytest.approx(0.002833, abs=1e-6)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((0.7001142, 2.4598858), abs=1e-6)
    cohen = 1.58 / 1.229995
    correction = math.gamma(4.5) / (math.sqrt(4.5) * math.gamma(4))
    assert found.effect_size == pytest.approx(cohen * correction, rel=1e-5)


def test_students_sleep_data_by_other_patients() -> None:
    found = pair_up(["second", "first"], [by_seed(SECOND), by_seed(FIRST, 100)]).between(0, 1)
    assert (found.paired, found.n, found.outcome) == (False, 10, "undecided")
    assert found.p == pytest.approx(0.07939, abs=1e-5)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((-0.2054832, 3.3654832), abs=1e-6)


def test_groups_of_unequal_size_are_welchs() -> None:
    found = pair_up(["a", "b"], [by_seed(SECOND), by_seed(FIRST[:4], 100)]).between(0, 1)
    expected = stats.ttest_ind(SECOND, FIRST[:4], equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert found.n == 4
    assert found.p == pytest.approx(expected.pvalue)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((interval.low, interval.high))


def test_a_missing_seed_leaves_the_pairs_that_are_there() -> None:
    scores = [by_seed(SECOND), {seed: value for seed, value in by_seed(FIRST).items() if seed != "3"}]
    found = pair_up(["a", "b"], scores).between(0, 1)
    expected = stats.ttest_rel(np.delete(SECOND, 3), np.delete(FIRST, 3))
    assert (found.paired, found.n) == (True, 9)
    assert found.p == pytest.approx(expected.pvalue)


@pytest.mark.parametrize(("common", "paired"), [(5, True), (4, False)])
def test_seeds_are_paired_from_half_of_them_on(common: int, paired: bool) -> None:
    scores = [by_seed(SECOND), by_seed(FIRST, len(FIRST) - common)]
    found = pair_up(["a", "b"], scores).between(0, 1)
    assert (found.paired, found.n) == (paired, common if paired else 10)


def test_the_seeds_needed_are_those_of_the_corrected_level() -> None:
    rows = np.random.default_rng(1).normal(size=(4, 8)).tolist()
    found = pair_up(list("abcd"), [by_seed(row) for row in rows]).between(0, 1)
    differences = np.subtract(rows[0], rows[1])
    effect = differences.mean() / differences.std(ddof=1)
    assert found.seeds_needed == seeds_needed(effect, paired=True, alpha=0.05 / 6)
    assert found.further_seeds == (found.seeds_needed or 0) - 8


def test_the_other_side_has_the_opposite_sign() -> None:
    pairs = pair_up(["a", "b"], [by_seed(SECOND), by_seed(FIRST)])
    there, back = pairs.between(0, 1), pairs.between(1, 0)
    assert (back.first, back.second, back.outcome) == ("b", "a", "worse")
    assert back.mean == -there.mean
    assert back.swapped() == there


def test_where_less_is_better_the_smaller_one_is_ahead() -> None:
    found = pair_up(["a", "b"], [by_seed(SECOND), by_seed(FIRST)], direction=-1).between(0, 1)
    assert (found.mean, found.outcome) == (pytest.approx(-1.58), "worse")


def test_all_pairs_are_corrected_by_holm() -> None:
    generator = np.random.default_rng(0)
    rows = (generator.normal(size=(4, 8)) + np.arange(4)[::-1, None]).tolist()
    pairs = pair_up(list("abcd"), [by_seed(row) for row in rows])
    raw = sorted(stats.ttest_rel(rows[i], rows[j]).pvalue for i in range(4) for j in range(i + 1, 4))
    expected = np.maximum.accumulate([min(1, (6 - rank) * p) for rank, p in enumerate(raw)])
    assert pairs.family == 6
    assert sorted(pairs.p_adjusted) == pytest.approx(expected)


def test_a_baseline_has_a_smaller_family() -> None:
    rows = np.random.default_rng(0).normal(size=(4, 8)).tolist()
    pairs = pair_up(list("abcd"), [by_seed(row) for row in rows], baseline=2)
    assert pairs.family == 3
    assert [pairs.has(*pair) for pair in ((0, 2), (2, 3), (0, 1))] == [True, True, False]
    assert pairs.between(3, 2).mean == pytest.approx(np.mean(rows[3]) - np.mean(rows[2]))


def test_equivalence_is_two_one_sided_tests() -> None:
    generator = np.random.default_rng(3)
    differences = generator.normal(0.02, 0.05, 20)
    base = generator.normal(97, 1, 20)
    scores = [by_seed((base + differences).tolist()), by_seed(base.tolist())]
    found = pair_up(["a", "b"], scores, margin=0.1).between(0, 1)
    above = stats.ttest_1samp(differences, 0.1, alternative="less").pvalue
    below = stats.ttest_1samp(differences, -0.1, alternative="greater").pvalue
    assert found.p_tie == pytest.approx(max(above, below))
    assert found.outcome == "tie"
    assert pair_up(["a", "b"], scores, margin=0.01).between(0, 1).outcome != "tie"


def test_a_difference_that_is_sure_but_within_the_margin_is_a_tie() -> None:
    base = np.random.default_rng(0).normal(97, 1, 10)
    ahead = base + 0.02 + np.linspace(-0.001, 0.001, 10)
    scores = [by_seed(ahead.tolist()), by_seed(base.tolist())]
    assert pair_up(["a", "b"], scores, margin=0.1).between(0, 1).outcome == "tie"
    assert pair_up(["a", "b"], scores).between(0, 1).outcome == "better"


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_seeds_give_no_verdict(n: int) -> None:
    scores = [by_seed([0.9 + seed / 1000 for seed in range(n)]), by_seed([0.1] * n)]
    found = pair_up(["a", "b"], scores, margin=0.1).between(0, 1)
    assert (found.outcome, found.p_adjusted, found.effect_size) == ("too few seeds", 1.0, None)
    assert (found.interval is None) == (n == 1)


def test_three_equal_differences_of_one_image_are_no_evidence() -> None:
    scores = [by_seed([140 / 143] * 3), by_seed([139 / 143] * 3)]
    assert pair_up(["a", "b"], scores, resolution=1 / 143).between(0, 1).outcome == "undecided"
    assert pair_up(["a", "b"], scores).between(0, 1).outcome == "better"


def test_identical_scores_have_no_difference() -> None:
    found = pair_up(["a", "b"], [by_seed([0.5] * 5)] * 2, margin=0.1).between(0, 1)
    assert (found.mean, found.p, found.outcome, found.seeds_needed) == (0, 1, "tie", None)


def test_beyond_500_configurations_the_best_are_all_paired_and_every_pair_counted() -> None:
    rows = np.random.default_rng(0).normal(size=(510, 5))
    rows[0] += 1e6
    pairs = pair_up([str(row) for row in range(510)], [by_seed(row) for row in rows.tolist()])
    smallest = pairs.moments.p_difference.min()
    assert pairs.p_adjusted.min() == pytest.approx(pairs.family * smallest, abs=0)
    assert pairs.family == 510 * 509 // 2
    assert [pairs.has(*pair) for pair in ((498, 499), (0, 509), (499, 500))] == [True, True, False]


@pytest.mark.parametrize("n", [3, 5, 10])
def test_95_percent_intervals_of_differences_cover_95_percent(n: int) -> None:
    generator = np.random.default_rng(n)
    studies = 20_000
    shared = generator.normal(0, 1, (studies, n))
    matrix = np.concatenate([shared + generator.standard_t(6, (studies, n)) for _ in range(2)])
    found = Moments.of_pairs(matrix, np.arange(studies), studies + np.arange(studies), 0.0)
    covered = np.mean(np.abs(found.mean) <= stats.t.ppf(0.975, n - 1) * found.error)
    assert found.paired.all()
    assert COVERED[0] <= covered <= COVERED[1]


def identical_arms(generator: np.random.Generator, arms: int, seeds: int) -> Pairs:
    """A study of accuracies on 143 images; arms have one distribution, seeds a common part."""
    shared = generator.normal(0.96, 0.01, seeds)
    true = np.clip(shared + generator.normal(0, 0.006, (arms, seeds)), 0, 1)
    accuracies = generator.binomial(143, true) / 143
    best_first = accuracies[np.argsort(-accuracies.mean(axis=1))].tolist()
    resolution = resolution_of(value for row in best_first for value in row)
    labels = [str(arm) for arm in range(arms)]
    return pair_up(labels, list(map(by_seed, best_first)), resolution=resolution)


@pytest.mark.parametrize("arms", [2, 3, 5])
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_of_200_studies_of_identical_arms_at_most_5_percent_have_a_winner(arms: int, seeds: int) -> None:
    """A winner beats all others."""
    generator = np.random.default_rng(2)
    studies = [identical_arms(generator, arms, seeds) for _ in range(200)]
    winners = [
        all(pairs.between(0, other).outcome == "better" for other in range(1, arms)) for pairs in studies
    ]
    assert sum(winners) <= 10


@pytest.mark.parametrize("arms", [2, 5])
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_any_difference_among_identical_arms_is_found_with_probability_5_percent(
    arms: int, seeds: int
) -> None:
    generator = np.random.default_rng(1)
    studies = [identical_arms(generator, arms, seeds) for _ in range(2000)]
    found = np.mean([bool((pairs.p_adjusted < 0.05).any()) for pairs in studies])
    assert found <= 0.05 + 3 * (0.05 * 0.95 / 2000) ** 0.5


def test_the_check_of_identical_arms_would_see_a_family_without_correction() -> None:
    generator = np.random.default_rng(1)
    studies = [identical_arms(generator, 5, 10) for _ in range(200)]
    assert sum(bool((pairs.moments.p_difference < 0.05).any()) for pairs in studies) > 30
