"""The configurations, best first, with what they reached."""

from convlab.compare.comparison import Comparison
from convlab.compare.row import RESULTS, Row
from convlab.compare.statistic import Statistic
from convlab.compare.tables.table import MISSING, Table
from convlab.records.text import printable

_CELL_LIMIT = 40


def leaderboard(comparison: Comparison) -> Table:
    """Lays out what each configuration reached.

    Args:
        comparison: of the runs.

    Returns:
        A row for each configuration: its settings, accuracies, the metric if it is none of these, the number
        of runs, epochs and seconds.
    """
    columns = comparison.columns or ("configuration",)
    metric = comparison.metric
    extra = () if metric.name in RESULTS else (metric.title,)
    return Table(
        title="",
        headings=(
            *map(printable, columns),
            *extra,
            "validation",
            "best validation",
            "test",
            "runs",
            "epochs",
            "seconds",
        ),
        rows=tuple(
            (*_keys(row, comparison), *([_of_metric(row)] if extra else []), *_measures(row))
            for row in comparison.rows
        ),
        keys=len(columns),
        remark=(
            f"accuracies after the last epoch, mean ± standard deviation over seeds; ranked by {metric.title}"
        ),
    )


def _keys(row: Row, comparison: Comparison) -> list[str]:
    return [_setting(row, name) for name in comparison.columns] or [row.label]


def _setting(row: Row, name: str) -> str:
    return printable(row.settings[name], _CELL_LIMIT) if name in row.settings else MISSING


def _of_metric(row: Row) -> str:
    found = row.estimate
    return _format(Statistic(found.n, found.mean, found.deviation) if found else None)


def _measures(row: Row) -> list[str]:
    return [
        _format(row.validation_accuracy),
        _format(row.best_validation_accuracy),
        _format(row.test_accuracy),
        _count(row),
        f"{row.epochs.mean:g}" if row.epochs else MISSING,
        f"{row.seconds.mean:.1f}" if row.seconds else MISSING,
    ]


def _format(statistic: Statistic | None) -> str:
    return statistic.format() if statistic else MISSING


def _count(row: Row) -> str:
    """Number of finished runs, such as ``"3"`` or ``"2 of 3"``."""
    others = sum(row.unfinished.values())
    return f"{len(row.runs)} of {len(row.runs) + others}" if others else str(len(row.runs))
