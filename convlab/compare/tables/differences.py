"""How far the configurations are apart, and how sure that is."""

from convlab.compare.comparison import Comparison
from convlab.compare.difference import UNDECIDED, UNTESTED, Difference
from convlab.compare.metric import Metric
from convlab.compare.tables.table import (
    MISSING,
    Table,
    difference_interval_text,
    probability_text,
    with_unit,
)


def difference_table(comparison: Comparison) -> Table:
    """The differences from the baseline, or from the best configuration, as a table."""
    metric = comparison.metric
    family = comparison.pairs.family
    return Table(
        title="Differences",
        headings=(
            "configuration",
            "against",
            with_unit("difference", metric),
            "95%",
            "seeds",
            "effect size",
            "p",
            "p (Holm)",
            "verdict",
            "more seeds",
        ),
        rows=tuple(_difference_row(item, metric) for item in comparison.differences),
        keys=2,
        remark=(
            "difference above 0 where the first is better; interval and p by Student's t for the pair alone, "
            f"the verdict by p after Holm's correction for {family} pair{'s' if family > 1 else ''}"
        ),
    )


def _difference_row(item: Difference, metric: Metric) -> tuple[str, ...]:
    settled = item.outcome not in (UNDECIDED, UNTESTED)
    further = MISSING if settled or item.further_seeds is None else str(item.further_seeds)
    return (
        item.first,
        item.second,
        metric.number(item.mean),
        difference_interval_text(item.interval, metric),
        f"{item.n} {'paired' if item.paired else 'unpaired'}",
        MISSING if item.effect_size is None else f"{item.effect_size:.2f}",
        probability_text(item.p),
        probability_text(item.p_adjusted),
        item.outcome,
        further,
    )
