"""A comparison as Markdown."""

import re

from convlab.compare.comparison import Comparison
from convlab.compare.tables import Table, tables

# what would start markup, a link, HTML or a new cell
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#!&$])")
_PROTOCOL = re.compile(r"(?<=[a-zA-Z]):(?=//)|(?<=www)\.|@")


def to_markdown(comparison: Comparison) -> str:
    """Writes the verdict as a list and every table below it.

    Args:
        comparison: of the runs; names in it may come from anybody.

    Returns:
        Markdown in which no name is markup, a link or HTML.
    """
    parts = ["\n".join(f"- {escape_markdown(sentence)}" for sentence in comparison.sentences)]
    parts += [_table(table) for table in tables(comparison)]
    if comparison.notes:
        notes = [f"- {escape_markdown(note)}" for note in comparison.notes]
        parts.append("\n".join([f"**Not in the means ({len(notes)})**", "", *notes]))
    return "\n\n".join(parts) + "\n"


def escape_markdown(text: str) -> str:
    """Text that Markdown shows as it is.

    Example:
        >>> print(escape_markdown("<b>he_normal</b> | x"))
        \\<b\\>he\\_normal\\</b\\> \\| x
    """
    escaped = _SPECIAL.sub(r"\\\1", text)
    return _PROTOCOL.sub(lambda match: f"&#{ord(match[0])};", escaped)


def _table(table: Table) -> str:
    headings = [escape_markdown(heading) for heading in table.headings]
    rule = "|" + "---|" * table.keys + "---:|" * (len(headings) - table.keys)
    lines = [_line(headings), rule, *(_line([escape_markdown(cell) for cell in row]) for row in table.rows)]
    before = [f"**{escape_markdown(table.title)}**", ""] if table.title else []
    after = ["", escape_markdown(table.remark)] if table.remark else []
    return "\n".join([*before, *lines, *after])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
