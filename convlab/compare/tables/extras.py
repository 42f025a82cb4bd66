"""Tables of what some comparisons have besides: intervals, time to a target, learning rates, ranks."""

from collections.abc import Sequence

from convlab.compare.comparison import Comparison
from convlab.compare.ranking import Ranking
from convlab.compare.sensitivity import TOLERANCE
from convlab.compare.tables.table import MISSING, Table, interval_text, probability_text


def estimate_table(comparison: Comparison) -> Table:
    """Mean and interquartile mean of the metric with their intervals."""
    return Table(
        title=f"Intervals of {comparison.metric.title}",
        headings=("configuration", "seeds", "mean", "95%", "IQM", "95% of IQM"),
        rows=tuple(
            (
                row.label,
                str(row.estimate.n),
                f"{row.estimate.mean:.3f}",
                interval_text(row.estimate.interval),
                f"{row.estimate.iqm:.3f}",
                interval_text(row.estimate.iqm_interval),
            )
            for row in comparison.rows
            if row.estimate
        ),
        remark=(
            "IQM: mean of the middle half of the seeds; intervals by Student's t, those of IQMs from the "
            "winsorized deviation, bootstrapped from 10 seeds on"
        ),
    )


def target_table(comparison: Comparison) -> Table:
    """When each configuration reached the target."""
    return Table(
        title=f"Time to a validation accuracy of {comparison.question.target:g}",
        headings=("configuration", "reached", "epochs", "seconds"),
        rows=tuple(
            (
                item.label,
                f"{item.reached} of {item.runs}",
                MISSING if item.epochs is None else f"{item.epochs:g}",
                MISSING if item.seconds is None else f"{item.seconds:.2f}",
            )
            for item in comparison.targets
        ),
        remark="medians over the seeds; a seed that did not reach it counts as infinitely late",
    )


def sensitivity_table(comparison: Comparison) -> Table:
    """Best learning rates, and how much one may miss them."""
    return Table(
        title="Learning rates",
        headings=("configuration", "setting", "best rate", "good from", "good to", "decades", "mean by rate"),
        rows=tuple(
            (
                item.label,
                item.setting,
                f"{item.best_rate:g}",
                f"{item.low:g}",
                f"{item.high:g}",
                f"{item.decades:.2f}",
                "  ".join(f"{rate:g}: {mean:.3f}" for rate, mean in zip(item.rates, item.means, strict=True)),
            )
            for item in comparison.sensitivities
        ),
        remark=f"good: at most {TOLERANCE:g} {comparison.metric.unit} below the best rate".replace("  ", " "),
    )


def ranking_table(found: Ranking) -> Table:
    """Average ranks, with a bar for every group that the critical difference does not tell apart."""
    return Table(
        title="Average ranks",
        headings=("configuration", "rank", "not told apart"),
        rows=tuple(
            (label, f"{rank:.2f}", _bars(position, found.groups) or MISSING)
            for position, (label, rank) in enumerate(zip(found.labels, found.ranks, strict=True))
        ),
        remark=(
            f"over {found.seeds} seeds; Friedman p {probability_text(found.p)}; ranks joined by a bar differ "
            f"by less than Nemenyi's critical difference of {found.critical_difference:.2f}"
        ),
    )


def _bars(position: int, groups: Sequence[tuple[int, int]]) -> str:
    return "".join("|" if first <= position <= last else "." for first, last in groups)
