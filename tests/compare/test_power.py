"""Numbers of seeds, against published tables and the noncentral t distribution of scipy.stats."""

import pytest
from scipy import stats

from convlab.compare.power import seeds_needed


@pytest.mark.parametrize(
    ("effect", "paired", "published"),
    [
        # J. Cohen, 1988, table 2.4.1, and G*Power 3 for pairs; 80% power at two-sided 5%
        (0.2, False, 394),
        (0.5, False, 64),
        (0.8, False, 26),
        (0.2, True, 199),
        (0.5, True, 34),
        (0.8, True, 15),
    ],
)
def test_published_values(effect: float, paired: bool, published: int) -> None:
    assert abs(seeds_needed(effect, paired=paired) - published) <= (0 if paired else 1)  # type: ignore[operator]


@pytest.mark.parametrize("effect", [0.3, -1.0, 2.5])
@pytest.mark.parametrize("alpha", [0.05, 0.005])
def test_it_is_the_first_number_with_enough_power(effect: float, alpha: float) -> None:
    def power(n: int) -> float:
        critical = stats.t.ppf(1 - alpha / 2, n - 1)
        noncentral = stats.nct(n - 1, abs(effect) * n**0.5)
        return float(noncentral.sf(critical) + noncentral.cdf(-critical))

    n = seeds_needed(effect, paired=True, alpha=alpha)
    assert n is not None
    assert power(n) >= 0.8 > power(n - 1)


@pytest.mark.parametrize("effect", [0.0, 1e-6])
def test_no_number_is_given_that_nobody_can_afford(effect: float) -> None:
    assert seeds_needed(effect, paired=True) is None


@pytest.mark.parametrize("effect", [50.0, 1e6, float("inf")])
def test_an_enormous_effect_needs_two(effect: float) -> None:
    assert seeds_needed(effect, paired=True) == 2
