"""Performance profiles: how large a share of the runs reached how much."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from convlab.compare.metric import Metric
from convlab.compare.row import Row


@dataclass(frozen=True)
class Profile:
    """The share of a configuration's runs that are at least as good as a score.

    Attributes:
        label: of the configuration.
        scores: the distinct scores of its runs, best first.
        shares: for each of them the share of its runs that reached it, rising to 1.
    """

    label: str
    scores: tuple[float, ...]
    shares: tuple[float, ...]

    def share_at(self, score: float, metric: Metric) -> float:
        """The share of runs that are at least as good as any score.

        Example:
            >>> Profile("adam", (0.95, 0.9), (0.5, 1.0)).share_at(0.93, Metric("test_accuracy"))
            0.5
        """
        direction = metric.direction
        return max(
            (
                share
                for own, share in zip(self.scores, self.shares, strict=True)
                if direction * own >= direction * score
            ),
            default=0.0,
        )


def profiles_of(rows: Sequence[Row], metric: Metric) -> Iterator[Profile]:
    """The profile of every configuration.

    share(tau) = number of runs with score >= tau / number of runs

    A profile that lies above another one everywhere is better whatever one asks for; two that cross say that
    one configuration is better at its best and the other one more reliable.

    Args:
        rows: configurations with scores.
        metric: what they reached; where less is better the comparison is turned around.

    Yields:
        Profiles in the order of the rows.

    References:
        E. D. Dolan and J. J. More, Benchmarking optimization software with performance profiles, 2002.
        R. Agarwal and others, Deep reinforcement learning at the edge of the statistical precipice, 2021.
    """
    for row in rows:
        values = list(row.scores.values())
        distinct = sorted(set(values), reverse=metric.direction > 0)
        reached = (
            sum(metric.direction * value >= metric.direction * score for value in values)
            for score in distinct
        )
        yield Profile(row.label, tuple(distinct), tuple(count / len(values) for count in reached))
