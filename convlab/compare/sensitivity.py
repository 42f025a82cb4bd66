"""Score against learning rate: the best rate, and how much one may miss it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from convlab.compare.metric import Metric
from convlab.compare.row import Row
from convlab.compare.statistic import is_finite_number
from convlab.records.cell import canonical

# a rate is good if the mean score is at most so far from the best one's, in points
TOLERANCE = 1.0
_RATES = ("lr", "learning_rate")


@dataclass(frozen=True)
class Sensitivity:
    """How a score depends on the learning rate while all else is equal.

    Attributes:
        label: what else tells this group apart; ``"all"`` if nothing does.
        setting: name of the rate, such as ``"optimizer.lr"``.
        rates: rising.
        means: mean score at each rate, in the metric's own unit.
        best_rate: the rate with the best mean.
        low: lowest rate from which on up to the best one all are good.
        high: highest such rate above.
    """

    label: str
    setting: str
    rates: tuple[float, ...]
    means: tuple[float, ...]
    best_rate: float
    low: float
    high: float

    @property
    def decades(self) -> float:
        """Width of the good range in powers of ten."""
        return math.log10(self.high / self.low)


def sensitivities_of(rows: Sequence[Row], columns: Sequence[str], metric: Metric) -> Iterator[Sensitivity]:
    """Score against learning rate, for every group of rows that differ in it alone.

    Args:
        rows: configurations with scores.
        columns: the settings that differ; those that end in ``.lr`` or ``.learning_rate`` are rates.
        metric: what they reached.

    Yields:
        Groups of at least two rates, the best first.

    References:
        A. Wilson and others, The marginal value of adaptive gradient methods in machine learning, 2017, on
        tuning each method's rate before comparing methods.
    """
    for setting in columns:
        if setting.rpartition(".")[2] not in _RATES:
            continue
        groups: dict[str, list[Row]] = {}
        for row in rows:
            rate = row.settings.get(setting)
            if is_finite_number(rate) and rate > 0:
                others = {name: value for name, value in row.settings.items() if name != setting}
                groups.setdefault(canonical(others), []).append(row)
        for group in groups.values():
            if len(group) > 1:
                yield _sensitivity(setting, group, metric)


def _sensitivity(setting: str, group: Sequence[Row], metric: Metric) -> Sensitivity:
    ordered = sorted(group, key=lambda row: float(row.settings[setting]))
    rates = [float(row.settings[setting]) for row in ordered]
    means = [row.estimate.mean for row in ordered if row.estimate]
    heights = [metric.direction * metric.scale * mean for mean in means]
    best = heights.index(max(heights))
    good = [height >= heights[best] - TOLERANCE for height in heights]
    low = high = best
    while low > 0 and good[low - 1]:
        low -= 1
    while high < len(good) - 1 and good[high + 1]:
        high += 1
    return Sensitivity(
        label=_label(setting, ordered[0]),
        setting=setting,
        rates=tuple(rates),
        means=tuple(means),
        best_rate=rates[best],
        low=rates[low],
        high=rates[high],
    )


def _label(setting: str, row: Row) -> str:
    parts = [part for part in row.label.split(", ") if not part.startswith(f"{setting}=")]
    return ", ".join(parts) or "all"
