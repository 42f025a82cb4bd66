"""A comparison as CSV: one line a configuration, all numbers in full."""

import csv
import io
from typing import Any

from convlab.compare.comparison import Comparison
from convlab.records.text import printable

# a spreadsheet takes a cell that starts so for a formula, whatever the file says
_FORMULA = ("=", "+", "-", "@")
_CELL_LIMIT = 1000


def to_csv(comparison: Comparison) -> str:
    """Writes the rows with their estimates and their differences from the best or from the baseline.

    Args:
        comparison: of the runs; names in it may come from anybody.

    Returns:
        CSV with a line of headings. A text that a spreadsheet would take for a formula has an apostrophe
        before it.
    """
    differences = _by_label(comparison)
    lines = [
        {
            "configuration": row.label,
            **{name: value for name, value in plain.items() if name != "unfinished"},
            "unfinished": sum(row.unfinished.values()),
            **differences.get(row.label, {}),
        }
        for row, plain in zip(comparison.rows, comparison.to_table(), strict=True)
    ]
    names = list(dict.fromkeys(name for line in lines for name in line))
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in names])
    writer.writerows([safe_cell(line.get(name)) for name in names] for line in lines)
    return content.getvalue()


def safe_cell(value: Any) -> Any:
    """A value that no spreadsheet computes.

    Example:
        >>> safe_cell("=1+1"), safe_cell("adam"), safe_cell(-0.5), safe_cell(None)
        ("'=1+1", 'adam', -0.5, '')
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = printable(value, _CELL_LIMIT)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _by_label(comparison: Comparison) -> dict[str, dict[str, Any]]:
    """For each configuration its difference from the reference, or the other way round for the best one's."""
    found = {}
    for item in comparison.differences:
        own = item if comparison.baseline is not None else item.swapped()
        found[own.first] = {
            "against": own.second,
            "difference": own.mean,
            "difference_low": own.interval.low if own.interval else None,
            "difference_high": own.interval.high if own.interval else None,
            "effect_size": own.effect_size,
            "p": own.p,
            "p_adjusted": own.p_adjusted,
            "verdict": own.outcome,
        }
    return found
