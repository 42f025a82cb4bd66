"""The pieces that sections are built of."""

from collections.abc import Sequence
from typing import Any

from convlab.compare.tables import Table
from convlab.report.markup import Markup, element, joined

ROW_LIMIT = 500


def section(name: str, title: str, *content: Any) -> Markup:
    """A part of the page with a heading, to which the navigation leads."""
    return element("section", element("h2", title), *content, id=name)


def note(text: str) -> Markup:
    """A quiet sentence."""
    return element("p", text, class_="note")


def missing(what: str, probe: str) -> Markup:
    """A sentence on what no run kept, and on how to keep it."""
    return note(f"{what}. Record with probes=all, or probes=[{probe}] alone.")


def best_of(shown: int, total: int) -> str:
    """A sentence on what has no room, to follow another one; empty if there is room for all.

    Example:
        >>> best_of(3, 9), best_of(3, 3)
        (' The best 3 of 9 configurations are shown.', '')
    """
    return f" The best {shown} of {total} configurations are shown." if shown < total else ""


def code(text: str) -> Markup:
    """A command or name as it is typed."""
    return element("code", text)


def folded(summary: str, *content: Any, unfolded: bool = False) -> Markup:
    """Details under a line that opens and closes them."""
    return element("details", element("summary", summary), *content, open=unfolded)


def table_of(table: Table) -> Markup:
    """A table of a comparison, with its title and remark."""
    return joined(
        element("h3", table.title) if table.title else None,
        grid(table.headings, table.rows, keys=table.keys),
        note(f"{table.remark[:1].upper()}{table.remark[1:]}.") if table.remark else None,
    )


def grid(headings: Sequence[Any], rows: Sequence[Sequence[Any]], *, keys: int = 1) -> Markup:
    """A table whose columns sort when their headings are clicked.

    Args:
        headings: of the columns.
        rows: cells, text or markup; those beyond the five hundredth are left out, and the page says so.
        keys: number of columns that name a row and stand at the left; the others hold numbers.
    """
    head = [
        element("th", element("button", name, type="button"), scope="col", class_=_side(place, keys))
        for place, name in enumerate(headings)
    ]
    body = [
        element("tr", *(element("td", cell, class_=_side(place, keys)) for place, cell in enumerate(row)))
        for row in rows[:ROW_LIMIT]
    ]
    return joined(
        element(
            "div",
            element(
                "table", element("thead", element("tr", *head)), element("tbody", *body), class_="sortable"
            ),
            class_="wide",
            tabindex="0",
        ),
        note(f"and {len(rows) - ROW_LIMIT:,} more") if len(rows) > ROW_LIMIT else None,
    )


def _side(place: int, keys: int) -> str | None:
    return None if place < keys else "number"
