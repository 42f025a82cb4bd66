"""A comparison as a table in the terminal, or as a list where a table would not fit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from convlab.compare.comparison import Comparison, Row
from convlab.compare.statistic import Statistic
from convlab.records.text import printable

# wide enough for any table; only what is natural to the table is used
_UNBOUNDED = 100_000
_CELL_LIMIT = 40

_MEASURES: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("validation", lambda row: _format(row.validation_accuracy)),
    ("best validation", lambda row: _format(row.best_validation_accuracy)),
    ("test", lambda row: _format(row.test_accuracy)),
    ("runs", lambda row: _count(row)),
    ("epochs", lambda row: f"{row.epochs.mean:g}" if row.epochs else "–"),
    ("seconds", lambda row: f"{row.seconds.mean:.1f}" if row.seconds else "–"),
)


def render(comparison: Comparison, console: Console) -> None:
    """Prints a comparison: the table, the outcome in a sentence, and what is not in the means.

    A table that is wider than the terminal is printed as a list, so that no name is cut. When the output is
    piped the table takes the width it needs.

    Args:
        comparison: what to print.
        console: where to; colors, width and encoding are the console's.
    """
    table = _table(comparison, console)
    needed = Measurement.get(console, console.options.update(max_width=_UNBOUNDED), table).maximum
    if needed <= console.width:
        console.print(table)
    elif not console.is_terminal:
        with _widened(console, needed):
            console.print(table)
    else:
        for rank, row in enumerate(comparison.rows, start=1):
            _print_block(comparison, rank, row, console)
    _print_line(console, comparison.headline, style="bold")
    ranking = comparison.ranked_by.replace("_", " ")
    _print_line(
        console, f"accuracies after the last epoch, mean ± standard deviation over seeds; ranked by {ranking}"
    )
    if comparison.notes:
        _print_line(console, f"not in the means ({len(comparison.notes)}):")
        for note in comparison.notes:
            _print_line(console, f"  {note}", style="yellow", whole=True)  # its path can be copied


@contextmanager
def _widened(console: Console, width: int) -> Iterator[None]:
    before = console.width
    console.width = width
    try:
        yield
    finally:
        console.width = before


def _table(comparison: Comparison, console: Console) -> Table:
    table = Table()
    for name in comparison.columns or ("configuration",):
        table.add_column(Text(printable(name)), no_wrap=True)
    for name, _ in _MEASURES:
        table.add_column(name, justify="right", no_wrap=True)
    for rank, row in enumerate(comparison.rows):
        cells = [printable(_setting(row, name), _CELL_LIMIT) for name in comparison.columns] or [row.label]
        cells += [measure(row) for _, measure in _MEASURES]
        table.add_row(
            *(Text(_encodable(cell, console)) for cell in cells),
            style="bold green" if rank == 0 and row.runs else None,
        )
    return table


def _print_block(comparison: Comparison, rank: int, row: Row, console: Console) -> None:
    settings = [f"{name}={printable(_setting(row, name))}" for name in comparison.columns] or [row.label]
    style = "bold green" if rank == 1 and row.runs else None
    _print_line(console, f"{rank}. {', '.join(settings)}", style=style)
    for name, measure in _MEASURES:
        _print_line(console, f"   {name}: {measure(row)}")


def _print_line(console: Console, line: str, *, style: str | None = None, whole: bool = False) -> None:
    """Prints a line; in a terminal it is wrapped between words unless it is to stay whole."""
    console.print(Text(_encodable(line, console)), style=style, soft_wrap=whole or not console.is_terminal)


def _encodable(text: str, console: Console) -> str:
    """The same text in what the output's encoding can hold."""
    if not console.options.ascii_only:
        return text
    return text.replace("±", "+-").replace("–", "-").encode("ascii", "backslashreplace").decode()


def _setting(row: Row, name: str) -> str:
    return str(row.settings[name]) if name in row.settings else "–"


def _format(statistic: Statistic | None) -> str:
    return statistic.format() if statistic else "–"


def _count(row: Row) -> str:
    """Number of finished runs, such as ``"3"`` or ``"2 of 3"``."""
    others = sum(row.unfinished.values())
    return f"{len(row.runs)} of {len(row.runs) + others}" if others else str(len(row.runs))
