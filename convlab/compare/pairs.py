"""All pairs of configurations: how far apart, how sure, after correction for their number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from convlab.compare.difference import FEWEST_SEEDS, Difference, Tests, describe_difference
from convlab.compare.holm import holm
from convlab.compare.interval import rounding_deviation
from convlab.compare.moments import Moments
from convlab.compare.power import ALPHA

# Beyond this only the best ones are all paired; the correction still counts every pair.
_ARM_LIMIT = 500

Floats = npt.NDArray[np.float64]
Scores = Sequence[dict[str, float]]


@dataclass(frozen=True)
class Pairs:
    """The family of differences between configurations.

    Attributes:
        labels: of the configurations, best first.
        moments: of the difference of each pair, one entry of every array a pair.
        family: number of pairs that the correction counts.
        margin: largest difference that is a tie, in the unit of the values, or None.
    """

    labels: tuple[str, ...]
    moments: Moments
    family: int
    margin: float | None

    @cached_property
    def p_adjusted(self) -> Floats:
        """p value of each difference, two-sided, by Holm's correction; 1 where there are too few seeds."""
        return self._adjusted(self.moments.p_difference)

    @cached_property
    def p_tie(self) -> Floats:
        """p value of each difference being larger than the margin, by Holm's correction."""
        if self.margin is None:
            return np.ones(len(self.moments.mean))
        return self._adjusted(self.moments.p_beyond(self.margin))

    def between(self, first: int, second: int) -> Difference:
        """The difference between two configurations by their ranks, from 0.

        Returns:
            The advantage of the first over the second.

        Raises:
            KeyError: if the two are no pair of this family.
        """
        low, high = sorted((first, second))
        pair = self._positions[low, high]
        tests = Tests(
            p=float(self.moments.p_difference[pair]),
            p_adjusted=float(self.p_adjusted[pair]),
            p_tie=None if self.margin is None else float(self.p_tie[pair]),
        )
        found = describe_difference(
            (self.labels[low], self.labels[high]),
            self.moments.at(pair),
            tests,
            margin=self.margin,
            family=self.family,
        )
        return found if first < second else found.swapped()

    def ties(self) -> list[tuple[int, int]]:
        """The pairs that tie within the margin, by their ranks, the best first."""
        found = np.flatnonzero(self._tested & (self.p_tie < ALPHA))
        return list(zip(self.moments.first[found].tolist(), self.moments.second[found].tolist(), strict=True))

    def has(self, first: int, second: int) -> bool:
        """Whether two configurations are a pair of this family."""
        return (min(first, second), max(first, second)) in self._positions

    @cached_property
    def _positions(self) -> dict[tuple[int, int], int]:
        firsts, seconds = self.moments.first.tolist(), self.moments.second.tolist()
        return {pair: position for position, pair in enumerate(zip(firsts, seconds, strict=True))}

    @property
    def _tested(self) -> npt.NDArray[np.bool_]:
        return self.moments.n >= FEWEST_SEEDS

    def _adjusted(self, p: Floats) -> Floats:
        adjusted = np.ones(len(p))
        adjusted[self._tested] = holm(p[self._tested], self.family)
        return adjusted


def pair_up(
    labels: Sequence[str],
    scores: Scores,
    *,
    direction: int = 1,
    baseline: int | None = None,
    margin: float | None = None,
    resolution: float = 0.0,
) -> Pairs:
    """Compares each configuration with each other, or all with a baseline.

    Args:
        labels: of the configurations, best first.
        scores: for each configuration its value by seed.
        direction: 1 if more is better, -1 if less is.
        baseline: rank of the one that all others are compared with, from 0; None compares all pairs.
        margin: largest difference that is a tie, in the unit of the values.
        resolution: step between the values that can occur, 0 if they are continuous.

    Returns:
        The family.

    Example:
        >>> scores = [{"0": 0.95, "1": 0.97, "2": 0.96}, {"0": 0.90, "1": 0.93, "2": 0.91}]
        >>> found = pair_up(["he_normal", "zeros"], scores).between(0, 1)
        >>> found.outcome, round(found.mean, 4), found.paired
        ('better', 0.0467, True)
    """
    seeds = list(dict.fromkeys(seed for values in scores for seed in values))
    matrix = np.array([[values.get(seed, math.nan) for seed in seeds] for values in scores])
    arms = len(labels)
    first, second = _pairs_of(arms, baseline)
    moments = Moments.of_pairs(
        direction * matrix.reshape(arms, len(seeds)), first, second, rounding_deviation(resolution)
    )
    counts = sum(len(values) >= FEWEST_SEEDS for values in scores)
    family = arms - 1 if baseline is not None else counts * (counts - 1) // 2
    return Pairs(tuple(labels), moments, max(family, 1), margin)


def _pairs_of(arms: int, baseline: int | None) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    if baseline is not None:
        others = np.array([arm for arm in range(arms) if arm != baseline], dtype=np.int64)
        return np.minimum(others, baseline), np.maximum(others, baseline)
    first, second = np.triu_indices(min(arms, _ARM_LIMIT), 1)
    beyond = np.arange(_ARM_LIMIT, arms)  # with the best one alone
    return np.concatenate([first, np.zeros_like(beyond)]), np.concatenate([second, beyond])
