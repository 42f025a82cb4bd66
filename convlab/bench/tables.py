"""What was measured as tables, for terminals and for documents."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convlab.bench.cells import Cell, total_ratio
from convlab.bench.timing import Times

# how tables name PyTorch's variants beside a time
_SHORT = {"NCHW": "n", "channels_last": "c", "compiled": "t"}
LEGEND = (
    "PyTorch's time is that of its fastest variant: n NCHW, c channels_last, t torch.compile. A ratio is "
    "PyTorch's median divided by ours, above 1 where convlab is faster; behind it the interquartile range of "
    "the rounds' ratios."
)


@dataclass(frozen=True)
class Table:
    """A table of texts; the first column names the row.

    Attributes:
        title: what it shows.
        headings: one a column.
        rows: as long as the headings.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_markdown(self) -> str:
        """The table with its title in bold above it.

        Example:
            >>> print(Table("Times", ("step", "ms"), (("digits", "1.2"),)).to_markdown())
            **Times**
            <BLANKLINE>
            | step | ms |
            |---|---:|
            | digits | 1.2 |
        """
        lines = [self.headings, *self.rows]
        texts = [f"| {' | '.join(line)} |" for line in lines]
        texts.insert(1, "|---|" + "---:|" * (len(self.headings) - 1))
        return "\n".join([f"**{self.title}**", "", *texts])


def time_tables(cells: Sequence[Cell]) -> list[Table]:
    """A summary, and for each precision a table of times, the slowest beside PyTorch first."""
    tables = [_summary(cells)] if any(cell.peers for cell in cells) else []
    return tables + [
        _times(precision, _of(cells, precision=precision)) for precision in _distinct(cells, "precision")
    ]


def _of(cells: Sequence[Cell], **wanted: object) -> list[Cell]:
    return [cell for cell in cells if all(getattr(cell, name) == value for name, value in wanted.items())]


def _distinct(cells: Sequence[Cell], attribute: str) -> list[Any]:
    return list(dict.fromkeys(getattr(cell, attribute) for cell in cells))


def _summary(cells: Sequence[Cell]) -> Table:
    """Geometric mean and least ratio of each pass, and of both passes together."""
    rows = []
    for precision in _distinct(cells, "precision"):
        for threads in _distinct(cells, "threads"):
            here = _of(cells, precision=precision, threads=threads)
            for task, ratios in _ratios(here).items():
                least = min(ratios, key=lambda name: ratios[name])
                mean = statistics.geometric_mean(ratios.values())
                rows.append((precision, str(threads), task, f"{mean:.2f}", f"{ratios[least]:.2f}", least))
    headings = ("precision", "threads", "pass", "geometric mean", "lowest", "where")
    return Table("PyTorch's time divided by ours", headings, tuple(rows))


def _ratios(cells: Sequence[Cell]) -> dict[str, dict[str, float]]:
    """task -> name -> ratio; where there are two passes, ``"total"`` is both together."""
    ratios = {
        task: {cell.name: cell.ratio for cell in _of(cells, task=task)} for task in _distinct(cells, "task")
    }
    if len(ratios) == 2:
        pairs = (_of(cells, name=name) for name in _distinct(cells, "name"))
        ratios["total"] = {forward.name: total_ratio(forward, backward) for forward, backward in pairs}
    return ratios


def _times(precision: str, cells: Sequence[Cell]) -> Table:
    """A row for each operation or step, with columns for each number of threads."""
    threads = _distinct(cells, "threads")
    rows: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        rows.setdefault((cell.name, cell.task), []).append(cell)
    ordered = sorted(rows.items(), key=lambda row: min(cell.ratio for cell in row[1]))
    headings = ["", "pass"]
    for count in threads:
        of = f"{count} thread" if count == 1 else f"{count} threads"
        headings += [f"{of}: convlab ms", "GFLOP/s", "PyTorch ms", "ratio"]
    texts = [(name, task, *(text for cell in row for text in _texts(cell))) for (name, task), row in ordered]
    return without_empty_columns(f"{precision}, the lowest ratios first", tuple(headings), texts)


def _texts(cell: Cell) -> tuple[str, str, str, str]:
    work = f"{cell.work / cell.ours.median / 1e9:.0f}" if cell.work else ""
    best = cell.best_peer
    if best is None:
        return _milliseconds(cell.ours), work, "", ""
    theirs = f"{_milliseconds(cell.peers[best])} {_SHORT.get(best, best)}"
    return _milliseconds(cell.ours), work, theirs, f"{cell.ratio:.2f} ±{cell.ratio_spread:.0%}"


def _milliseconds(times: Times) -> str:
    """Three significant digits."""
    value = times.median * 1e3
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}"


def without_empty_columns(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table without the columns that have no text in any row.

    Example:
        >>> without_empty_columns("T", ("", "a", "b"), [("x", "", "1"), ("y", "", "")]).headings
        ('', 'b')
    """
    filled = [number for number, column in enumerate(zip(*rows, strict=True)) if any(column)]
    return Table(
        title,
        tuple(headings[number] for number in filled),
        tuple(tuple(row[number] for number in filled) for row in rows),
    )
