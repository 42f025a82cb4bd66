"""Small arrays of numbers in lines of text, in color where there are colors: red above 0, blue below."""

import math
from collections.abc import Collection, Sequence

import numpy as np
from rich.text import Text

from convlab.inspect.mosaic import Array

WIDTH = 100
_CELL = 8
_INDENT = "   "
_ABOVE, _BELOW, _MARK = "red", "blue", "bold reverse"


def number(value: float) -> str:
    """A number with four significant digits.

    Example:
        >>> number(-0.123456), number(1234567.0), number(0.0)
        ('-0.1235', '1.235e+06', '0')
    """
    return f"{value:.4g}"


def unit_of(values: Array) -> float:
    """The power of ten that values are best written in: 1, unless they are very small or very large.

    Example:
        >>> unit_of(np.array([2e-5, -3e-6])), unit_of(np.array([0.5, 20.0]))
        (1e-05, 1.0)
    """
    largest = float(np.max(np.abs(values), where=np.isfinite(values), initial=0.0))
    exponent = math.floor(math.log10(largest)) if largest else 0
    return 1.0 if -2 <= exponent <= 3 else 10.0**exponent


def grid(values: Array, unit: float, marked: Collection[tuple[int, int]] = ()) -> list[Text]:
    """Lines of numbers, all of one width.

    Args:
        values: (rows, columns).
        unit: what the numbers are written in, see `unit_of`.
        marked: places to stand out, in brackets.

    Example:
        >>> [str(line) for line in grid(np.array([[1.0, -0.25]]), 1.0, marked=[(0, 1)])]
        ['   1.000 [-0.250]']
    """
    lines = []
    for row, line in enumerate(values / unit):
        text = Text()
        for column, value in enumerate(line):
            is_marked = (row, column) in marked
            written = f"[{value:z.3f}]" if is_marked else f"{value:z.3f} "
            color = _ABOVE if value > 0 else _BELOW if value < 0 else ""
            text.append(f"{written:>{_CELL + 1}}", _MARK if is_marked else color)
        text.rstrip()
        lines.append(text)
    return lines


def titled(title: str, values: Array, marked: Collection[tuple[int, int]] = ()) -> list[Text]:
    """A grid under a title, which says in what unit the numbers are."""
    unit = unit_of(values)
    written = title if unit == 1.0 else f"{title}, in {unit:.0e}"
    return [Text(written, "italic"), *grid(values, unit, marked)]


def beside(blocks: Sequence[list[Text]], signs: Sequence[str]) -> list[Text]:
    """Blocks of lines side by side with a sign between each two, or below each other if they are too wide.

    Args:
        blocks: each a title and lines of numbers, all with the same number of lines.
        signs: one fewer than blocks, such as ``["×", "="]``.

    Returns:
        Indented lines.
    """
    widths = [max(line.cell_len for line in block) for block in blocks]
    if sum(widths) + 5 * len(signs) + len(_INDENT) > WIDTH:
        return [Text(_INDENT).append(line) for block in blocks for line in block]
    middle = (len(blocks[0]) + 1) // 2
    lines = []
    for row in range(len(blocks[0])):
        text = Text(_INDENT)
        for place, (block, width) in enumerate(zip(blocks, widths, strict=True)):
            if place:
                text.append(f"  {signs[place - 1] if row == middle else ' '}  ")
            text.append(block[row])
            text.append(" " * (width - block[row].cell_len))
        text.rstrip()
        lines.append(text)
    return lines
