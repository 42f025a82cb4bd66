"""A comparison in the terminal: tables, or lists where a table would not fit, and the verdict."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as RichTable
from rich.text import Text

from convlab.compare.comparison import Comparison
from convlab.compare.tables import Table, tables
from convlab.compare.tables.leaderboard import leaderboard

# wide enough for any table; only what is natural to the table is used
UNBOUNDED = 100_000
# what a reader scrolls through; documents have every row
_ROWS, _DETAIL_ROWS = 200, 40


def render(comparison: Comparison, console: Console, *, details: bool = False) -> None:
    """Prints a comparison: the table, the verdict in sentences, and what is not in the means.

    A table that is wider than the terminal is printed as a list, so that no name is cut. When the output is
    piped the table takes the width it needs.

    Args:
        comparison: what to print.
        console: where to; colors, width and encoding are the console's.
        details: whether all other tables follow.
    """
    first = leaderboard(comparison)
    won = bool(comparison.rows and comparison.rows[0].estimate)
    _print_table(first, console, _ROWS, best_first=won)
    for number, sentence in enumerate(comparison.sentences):
        print_line(console, sentence, style="bold" if number == 0 else None)
    print_line(console, first.remark)
    if details:
        for table in tables(comparison)[1:]:
            console.print()
            print_line(console, table.title, style="bold")
            _print_table(table, console, _DETAIL_ROWS)
            if table.remark:
                print_line(console, table.remark)
    if comparison.notes:
        print_line(console, f"not in the means ({len(comparison.notes)}):")
        for note in comparison.notes:
            print_line(console, f"  {note}", style="yellow", whole=True)  # its path can be copied


def _print_table(table: Table, console: Console, limit: int, *, best_first: bool = False) -> None:
    hidden = len(table.rows) - limit
    table = replace(table, rows=table.rows[:limit])
    laid_out = _laid_out(table, console, best_first=best_first)
    needed = Measurement.get(console, console.options.update(max_width=UNBOUNDED), laid_out).maximum
    if needed <= console.width:
        console.print(laid_out)
    elif not console.is_terminal:
        with _widened(console, needed):
            console.print(laid_out)
    else:
        _print_blocks(table, console, best_first=best_first)
    if hidden > 0:
        print_line(console, f"and {hidden:,} more, which 'convlab compare --format markdown' lists")


@contextmanager
def _widened(console: Console, width: int) -> Iterator[None]:
    before = console.width
    console.width = width
    try:
        yield
    finally:
        console.width = before


def _laid_out(table: Table, console: Console, *, best_first: bool) -> RichTable:
    laid_out = RichTable()
    for number, heading in enumerate(table.headings):
        text = Text(_encodable(heading, console))
        laid_out.add_column(text, justify="left" if number < table.keys else "right", no_wrap=True)
    for rank, row in enumerate(table.rows):
        style = "bold green" if best_first and rank == 0 else None
        laid_out.add_row(*(Text(_encodable(cell, console)) for cell in row), style=style)
    return laid_out


def _print_blocks(table: Table, console: Console, *, best_first: bool) -> None:
    for rank, row in enumerate(table.rows, start=1):
        cells = list(zip(table.headings, row, strict=True))
        keys = ", ".join(f"{heading}={cell}" for heading, cell in cells[: table.keys])
        print_line(console, f"{rank}. {keys}", style="bold green" if best_first and rank == 1 else None)
        for heading, cell in cells[table.keys :]:
            print_line(console, f"   {heading}: {cell}")


def print_line(console: Console, line: str, *, style: str | None = None, whole: bool = False) -> None:
    """Prints a line in what the output's encoding can hold.

    Args:
        console: where to.
        line: what to print.
        style: rich's, such as ``"bold"``.
        whole: keeps a terminal from wrapping it between words.
    """
    console.print(Text(_encodable(line, console)), style=style, soft_wrap=whole or not console.is_terminal)


def _encodable(text: str, console: Console) -> str:
    """The same text in what the output's encoding can hold."""
    if not console.options.ascii_only:
        return text
    return text.replace("±", "+-").replace("–", "-").encode("ascii", "backslashreplace").decode()
