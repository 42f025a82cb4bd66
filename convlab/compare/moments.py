"""Mean and error of the differences of many pairs at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Pairs whose differences are in memory at a time.
_BLOCK = 4096


@dataclass(frozen=True)
class Moments:
    """The differences of some pairs of configurations, all arrays of shape (pairs,).

    Attributes:
        first: rank of the first configuration of each pair.
        second: rank of the second one.
        paired: whether the difference was taken seed by seed.
        n: number of common seeds, or of the seeds of the smaller group where unpaired.
        mean: mean difference, above 0 where the first one is better.
        deviation: standard deviation of the paired differences, or of one group, pooled.
        error: standard error of the mean difference.
        degrees: degrees of freedom of the error.
    """

    first: Integers
    second: Integers
    paired: npt.NDArray[np.bool_]
    n: Integers
    mean: Floats
    deviation: Floats
    error: Floats
    degrees: Floats

    @classmethod
    def of_pairs(cls, matrix: Floats, first: Integers, second: Integers, rounding: float) -> "Moments":
        """Takes the differences.

        Seeds are paired where two configurations share at least two and at least half of the smaller
        one's; otherwise Welch's error for independent groups is taken.

        Args:
            matrix: shape (configurations, seeds), NaN where there is no value; more is better.
            first: rows of the first of each pair.
            second: rows of the second.
            rounding: smallest standard deviation of one value.

        Returns:
            The moments.
        """
        counts = np.isfinite(matrix).sum(axis=1)
        blocks = [
            _paired(matrix[first[start : start + _BLOCK]] - matrix[second[start : start + _BLOCK]], rounding)
            for start in range(0, max(len(first), 1), _BLOCK)
        ]
        n, mean, deviation, error = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        degrees = np.maximum(n - 1.0, 0.0)
        smaller = np.minimum(counts[first], counts[second])
        paired = n >= np.maximum(2, smaller / 2)
        alone = np.flatnonzero(~paired)
        found = cls(first, second, paired, np.where(paired, n, smaller), mean, deviation, error, degrees)
        found._fill_unpaired(matrix, alone, rounding)
        return found

    def _fill_unpaired(self, matrix: Floats, pairs: Integers, rounding: float) -> None:
        """Welch's error and degrees of freedom, in place."""
        counts, means, variances = _group_moments(matrix, rounding)
        one, other = self.first[pairs], self.second[pairs]
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = variances[one] / counts[one], variances[other] / counts[other]
            total = parts[0] + parts[1]
            bounds = parts[0] ** 2 / (counts[one] - 1) + parts[1] ** 2 / (counts[other] - 1)
            self.degrees[pairs] = np.where(bounds > 0, total**2 / bounds, counts[one] + counts[other] - 2)
        self.mean[pairs] = means[one] - means[other]
        self.deviation[pairs] = np.sqrt((variances[one] + variances[other]) / 2)
        self.error[pairs] = np.sqrt(total)

    def at(self, pair: int) -> "Moment":
        """The moments of one pair, by its position."""
        return Moment(
            paired=bool(self.paired[pair]),
            n=int(self.n[pair]),
            mean=float(self.mean[pair]),
            deviation=float(self.deviation[pair]),
            error=float(self.error[pair]),
            degrees=float(self.degrees[pair]),
        )

    @cached_property
    def p_difference(self) -> Floats:
        """p value of no difference: 2 P(T > |mean| / error)."""
        return 2 * self._tail(np.abs(self.mean))

    def p_beyond(self, margin: float) -> Floats:
        """p value of a difference beyond a margin, by two one-sided t tests: P(T > (margin - |mean|)/error).

        References:
            D. J. Schuirmann, A comparison of the two one-sided tests procedure and the power approach for
            assessing the equivalence of average bioavailability, 1987.
        """
        return self._tail(margin - np.abs(self.mean))

    def _tail(self, distance: Floats) -> Floats:
        """P(T > distance / error); one half where both are 0."""
        from scipy.special import stdtr  # type: ignore[import-untyped]

        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(distance == 0, 0.0, distance / self.error)
        tail: Floats = stdtr(self.degrees, -t)
        return tail


@dataclass(frozen=True)
class Moment:
    """`Moments` of a single pair."""

    paired: bool
    n: int
    mean: float
    deviation: float
    error: float
    degrees: float


def _paired(differences: Floats, rounding: float) -> tuple[Integers, Floats, Floats, Floats]:
    """Count, mean, deviation and standard error along the seeds; two rounded values differ by both errors."""
    there = np.isfinite(differences)
    n = there.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(there, differences, 0.0).sum(axis=1) / n
        squares = np.where(there, differences - mean[:, None], 0.0) ** 2
        deviation = np.maximum(np.sqrt(squares.sum(axis=1) / (n - 1)), np.sqrt(2) * rounding)
        error = deviation / np.sqrt(n)
    return n.astype(np.int64), mean, deviation, error


def _group_moments(matrix: Floats, rounding: float) -> tuple[Integers, Floats, Floats]:
    """Count, mean and variance of each configuration."""
    there = np.isfinite(matrix)
    counts = there.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.where(there, matrix, 0.0).sum(axis=1) / counts
        squares = np.where(there, matrix - means[:, None], 0.0) ** 2
        variances = np.maximum(squares.sum(axis=1) / (counts - 1), rounding**2)
    return counts.astype(np.int64), means, variances
