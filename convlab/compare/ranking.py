"""Average ranks over seeds, and which configurations they cannot tell apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convlab.compare.interval import LEVEL
from convlab.compare.metric import Metric
from convlab.compare.row import Row

# A diagram of more has no room for the names, and the critical difference no power.
ARM_LIMIT = 50


@dataclass(frozen=True)
class Ranking:
    """Configurations by their average rank, as a critical-difference diagram shows them.

    Attributes:
        labels: best first.
        ranks: average rank of each, 1 is best; equal scores share the mean of their ranks.
        seeds: number of seeds in which all configurations ran.
        chi_squared: Friedman's statistic, corrected for equal scores.
        p: probability of a larger one if all were alike.
        critical_difference: Nemenyi's: average ranks that differ by less are not told apart.
        groups: first and last position of every largest group that is not told apart, where it has more than
            one member.
    """

    labels: tuple[str, ...]
    ranks: tuple[float, ...]
    seeds: int
    chi_squared: float
    p: float
    critical_difference: float
    groups: tuple[tuple[int, int], ...]


def rank_by_seed(rows: Sequence[Row], metric: Metric) -> Ranking | None:
    """Ranks configurations within every seed.

    Args:
        rows: configurations with scores.
        metric: what they reached.

    Returns:
        The ranking, or None for fewer than two or more than 50 configurations, or fewer than two seeds that
        all of them share.
    """
    if not 2 <= len(rows) <= ARM_LIMIT:
        return None
    seeds = sorted(set.intersection(*(set(row.scores) for row in rows)))
    if len(seeds) < 2:
        return None
    scores = [[metric.direction * row.scores[seed] for row in rows] for seed in seeds]
    return rank_blocks([row.label for row in rows], scores)


def rank_blocks(labels: Sequence[str], scores: npt.ArrayLike) -> Ranking:
    """Ranks configurations within blocks, and compares their average ranks.

    chi^2 = 12 N / (k (k + 1)) (sum of R_j^2 - k (k + 1)^2 / 4) / ties,  CD = q sqrt(k (k + 1) / (6 N))

    with q the 95% quantile of the studentized range over sqrt(2).

    Args:
        labels: of k >= 2 configurations.
        scores: shape (N >= 2 blocks, k); more is better.

    Returns:
        The ranking.

    Example:
        >>> found = rank_blocks(["a", "b"], [[0.9, 0.8], [0.8, 0.7], [0.9, 0.7]])
        >>> found.ranks, round(found.critical_difference, 3), found.groups
        ((1.0, 2.0), 1.132, ((0, 1),))

    References:
        M. Friedman, The use of ranks to avoid the assumption of normality implicit in the analysis of
        variance, 1937. P. Nemenyi, Distribution-free multiple comparisons, 1963. J. Demsar, Statistical
        comparisons of classifiers over multiple data sets, 2006, sections 3.2.2 and 3.2.3.
    """
    from scipy.stats import chi2, rankdata, studentized_range  # type: ignore[import-untyped]

    table = np.asarray(scores, dtype=np.float64)
    blocks, k = table.shape
    ranks = rankdata(-table, axis=1)
    average = ranks.mean(axis=0)
    # the variance of the ranks within a block is k (k + 1)/12 times k/(k - 1) only where none are equal
    spread = float((ranks**2).sum() - blocks * k * (k + 1) ** 2 / 4)
    between = blocks**2 * float(((average - (k + 1) / 2) ** 2).sum())
    chi_squared = (k - 1) * between / spread if spread > 0 else 0.0
    quantile = float(studentized_range.ppf(LEVEL, k, np.inf)) / math.sqrt(2)
    critical = quantile * math.sqrt(k * (k + 1) / (6 * blocks))
    order = np.argsort(average, kind="stable").tolist()
    ordered = [float(average[position]) for position in order]
    return Ranking(
        labels=tuple(labels[position] for position in order),
        ranks=tuple(ordered),
        seeds=blocks,
        chi_squared=chi_squared,
        p=float(chi2.sf(chi_squared, k - 1)),
        critical_difference=critical,
        groups=_groups(ordered, critical),
    )


def _groups(ranks: Sequence[float], critical: float) -> tuple[tuple[int, int], ...]:
    """Largest runs of neighbours whose ends differ by less than the critical difference."""
    groups: list[tuple[int, int]] = []
    for first, rank in enumerate(ranks):
        last = max(position for position, other in enumerate(ranks) if other - rank < critical)
        if last > first and (not groups or last > groups[-1][1]):
            groups.append((first, last))
    return tuple(groups)
