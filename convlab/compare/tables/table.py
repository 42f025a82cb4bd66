"""A table of texts, and how numbers are written in it."""

from dataclasses import dataclass

from convlab.compare.interval import Interval
from convlab.compare.metric import Metric

MISSING = "–"


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes:
        title: what it shows; empty for the first one.
        headings: one a column.
        rows: as long as the headings.
        keys: number of the columns that name a row; the others hold its numbers.
        remark: a sentence below it, or nothing.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: int = 1
    remark: str = ""


def interval_text(interval: Interval | None) -> str:
    """An interval in the metric's own unit."""
    return f"{interval.low:.3f} to {interval.high:.3f}" if interval else MISSING


def difference_interval_text(interval: Interval | None, metric: Metric) -> str:
    """An interval of differences, which are in points for accuracies."""
    if interval is None:
        return MISSING
    return f"{metric.number(interval.low)} to {metric.number(interval.high)}"


def probability_text(p: float | None) -> str:
    """A p value; there is none where a standard error could not be had."""
    if p is None or p != p:
        return MISSING
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def with_unit(heading: str, metric: Metric) -> str:
    """A heading of differences, such as ``"effect (points)"``."""
    return f"{heading} ({metric.unit})" if metric.unit else heading
