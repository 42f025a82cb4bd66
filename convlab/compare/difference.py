"""The difference between two configurations, and what may be said of it."""

import math
from dataclasses import dataclass, replace

from convlab.compare.interval import Interval, t_interval
from convlab.compare.moments import Moment
from convlab.compare.power import ALPHA, seeds_needed

BETTER, WORSE, TIE, UNDECIDED, UNTESTED = "better", "worse", "tie", "undecided", "too few seeds"
_OPPOSITE = {BETTER: WORSE, WORSE: BETTER}

# Two seeds leave one degree of freedom, and on few images they agree by chance.
FEWEST_SEEDS = 3


@dataclass(frozen=True)
class Difference:
    """How far one configuration is ahead of another, in points for accuracies.

    Attributes:
        first: label of the configuration.
        second: label of the other one.
        n: number of common seeds, or of the seeds of the smaller group where unpaired.
        paired: whether the difference was taken seed by seed, or by Welch's test for independent groups.
        mean: mean difference, above 0 where the first one is better.
        deviation: standard deviation of the paired differences, or of one group, pooled.
        interval: of the mean difference at 95%, for this pair alone; None for a single seed.
        effect_size: mean in standard deviations with Hedges' correction; None with fewer than three seeds.
        p: p value of no difference, for this pair alone.
        p_adjusted: the same, after Holm's correction for all pairs that were asked about.
        p_tie: p value of a difference beyond the margin, after the correction; None without a margin.
        margin: largest difference that is a tie, or None.
        outcome: ``"better"``, ``"worse"``, ``"tie"``, ``"undecided"`` or ``"too few seeds"``.
        seeds_needed: seeds of each configuration with which a difference of this size would be found 4 times
            out of 5 at the corrected level; None where no reasonable number would do.
    """

    first: str
    second: str
    n: int
    paired: bool
    mean: float
    deviation: float
    interval: Interval | None
    effect_size: float | None
    p: float
    p_adjusted: float
    p_tie: float | None
    margin: float | None
    outcome: str
    seeds_needed: int | None

    @property
    def further_seeds(self) -> int | None:
        """Seeds to add to each configuration, at least one; None where `seeds_needed` is."""
        return None if self.seeds_needed is None else max(self.seeds_needed - self.n, 1)

    def swapped(self) -> "Difference":
        """The same difference from the second one's side."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            mean=-self.mean,
            interval=self.interval.scaled(-1) if self.interval else None,
            effect_size=None if self.effect_size is None else -self.effect_size,
            outcome=_OPPOSITE.get(self.outcome, self.outcome),
        )


@dataclass(frozen=True)
class Tests:
    """The p values of one pair: alone, after the correction, and of a tie."""

    p: float
    p_adjusted: float
    p_tie: float | None


def describe_difference(
    labels: tuple[str, str], moment: Moment, tests: Tests, *, margin: float | None, family: int
) -> Difference:
    """Says what the moments and p values of a pair amount to.

    Args:
        labels: of the two configurations.
        moment: mean, spread and error of their difference.
        tests: its p values.
        margin: largest difference that is a tie, or None.
        family: number of pairs that the correction counted, >= 1.

    Returns:
        The difference, the first configuration's advantage.

    Example:
        >>> moment = Moment(paired=True, n=10, mean=0.42, deviation=0.3, error=0.095, degrees=9)
        >>> tests = Tests(p=0.002, p_adjusted=0.01, p_tie=None)
        >>> found = describe_difference(("he", "zeros"), moment, tests, margin=None, family=5)
        >>> found.outcome, found.seeds_needed
        ('better', 10)
    """
    tested = moment.n >= FEWEST_SEEDS
    return Difference(
        *labels,
        n=moment.n,
        paired=moment.paired,
        mean=moment.mean,
        deviation=moment.deviation,
        interval=t_interval(moment.mean, moment.error, moment.degrees) if moment.n > 1 else None,
        effect_size=_effect(moment) * _hedges_correction(moment.degrees) if tested else None,
        p=tests.p,
        p_adjusted=tests.p_adjusted,
        p_tie=tests.p_tie,
        margin=margin,
        outcome=_outcome(moment, tests) if tested else UNTESTED,
        seeds_needed=_seeds_needed(moment, family) if tested else None,
    )


def _outcome(moment: Moment, tests: Tests) -> str:
    if tests.p_tie is not None and tests.p_tie < ALPHA:
        return TIE
    if tests.p_adjusted < ALPHA:
        return BETTER if moment.mean > 0 else WORSE
    return UNDECIDED


def _effect(moment: Moment) -> float:
    if moment.deviation == 0:
        return math.copysign(math.inf, moment.mean) if moment.mean else 0.0
    return moment.mean / moment.deviation


def _seeds_needed(moment: Moment, family: int) -> int | None:
    found = seeds_needed(_effect(moment), paired=moment.paired, alpha=ALPHA / family)
    return None if found is None else max(found, FEWEST_SEEDS)


def _hedges_correction(degrees: float) -> float:
    """Takes the bias from a standardized difference.

    J = Gamma(df/2) / (sqrt(df/2) Gamma((df - 1)/2))

    References:
        L. V. Hedges, Distribution theory for Glass's estimator of effect size, 1981.
    """
    return math.exp(math.lgamma(degrees / 2) - math.lgamma((degrees - 1) / 2)) / math.sqrt(degrees / 2)
