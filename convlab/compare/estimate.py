"""What one configuration reached over its seeds, and how well that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from convlab.compare.interval import Interval, interval_of_mean
from convlab.compare.iqm import interquartile_mean, interval_of_iqm


@dataclass(frozen=True)
class Estimate:
    """Location and spread of a metric over seeds, in the metric's own unit.

    Attributes:
        n: number of seeds.
        mean: their mean.
        deviation: their sample standard deviation, or None for a single one.
        interval: of the mean at 95%, by Student's t; None for a single seed.
        iqm: mean of the middle half.
        iqm_interval: of the IQM at 95%; None for fewer than four seeds.
    """

    n: int
    mean: float
    deviation: float | None
    interval: Interval | None
    iqm: float
    iqm_interval: Interval | None

    @classmethod
    def of(cls, values: Sequence[float], resolution: float = 0.0) -> "Estimate":
        """Estimates from one value for each seed.

        Args:
            values: finite, at least one.
            resolution: step between the values that can occur, 0 if they are continuous.

        Returns:
            The estimate.

        Example:
            >>> found = Estimate.of([0.90, 0.94, 0.95])
            >>> found.n, round(found.mean, 3), round(found.deviation, 3), found.iqm_interval
            (3, 0.93, 0.026, None)
        """
        return cls(
            n=len(values),
            mean=fmean(values),
            deviation=stdev(values) if len(values) > 1 else None,
            interval=interval_of_mean(values, resolution),
            iqm=float(interquartile_mean(values)),
            iqm_interval=interval_of_iqm(values, resolution),
        )
