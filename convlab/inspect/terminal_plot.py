"""One quantity over another, drawn with characters."""

import sys
from dataclasses import dataclass

from convlab.inspect.points import Points


@dataclass(frozen=True)
class _Style:
    """Characters to draw with; `line_dots` is how many dots a character holds, across and down."""

    line: str
    mark: str
    axis: str
    corner: str
    floor: str
    line_dots: tuple[int, int]


_BRAILLE = _Style("⠒⠒", "●", "┤", "└", "─", (2, 4))
_ASCII = _Style("*", "o", "|", "+", "-", (1, 1))
# bit of each dot in a braille character, by column and row
_BRAILLE_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


@dataclass(frozen=True)
class Series:
    """What is drawn, and what the legend calls it.

    Attributes:
        name: in the legend.
        points: (x, y), x rising.
    """

    name: str
    points: Points


def terminal_plot(
    title: str, line: Series, marks: Series, width: int, height: int, *, encoding: str | None = None
) -> list[str]:
    """Draws a line and points over the same axes, so that they can be told apart without color.

    Args:
        title: in front of the legend.
        line: drawn with straight lines between its points.
        marks: drawn point by point; it may be empty, and is then not in the legend.
        width: columns to use.
        height: lines of the plot without its axis, >= 2.
        encoding: of the output; None takes that of stdout. Anything but UTF-8 gives plain ASCII.

    Returns:
        Lines of text.

    Example:
        >>> falling = Series("rate", [(0.0, 1.0), (4.0, 0.0)])
        >>> print("\\n".join(terminal_plot("", falling, Series("", []), 20, 3, encoding="ascii")))
        * rate
           1 |****
         0.5 |    ******
           0 |          ****
             +--------------
              0            4
    """
    style = _BRAILLE if is_utf8(encoding) else _ASCII
    xs = [x for x, _ in line.points + marks.points]
    values = [value for _, value in line.points + marks.points]
    low, high = min(values), max(values)
    ticks = [_tick(high - (high - low) * row / (height - 1)) for row in range(height)]
    margin = max(map(len, ticks)) + 1
    canvas = _Canvas(width - margin - 2, height, (min(xs), max(xs)), (low, high), style)
    canvas.line(line.points)
    canvas.marks(marks.points)
    legend = [f"{style.line} {line.name}", *([f"{style.mark} {marks.name}"] if marks.name else [])]
    lines = ["  ".join([title, *legend] if title else legend)]
    for row, drawn in enumerate(canvas.rows()):
        tick = ticks[row] if row in (0, height // 2, height - 1) else ""
        lines.append(f"{tick:>{margin}} {style.axis}{drawn}")
    first, last = _tick(min(xs)), _tick(max(xs))
    lines.append(f"{'':>{margin}} {style.corner}{style.floor * canvas.width}")
    span = f"{first}{last:>{canvas.width - len(first)}}" if last != first else first
    lines.append(f"{'':>{margin}}  {span}")
    return lines


def is_utf8(encoding: str | None) -> bool:
    """Whether an encoding, None for that of stdout, has the characters of drawings."""
    found = encoding if encoding is not None else getattr(sys.stdout, "encoding", None)
    return (found or "").lower().replace("-", "").replace("_", "") == "utf8"


def _tick(value: float) -> str:
    return f"{value:.3g}"


class _Canvas:
    """A grid of characters, drawn on in the coordinates of the data."""

    def __init__(
        self, width: int, height: int, xs: tuple[float, float], ys: tuple[float, float], style: _Style
    ) -> None:
        self.width, self.height, self.style = width, height, style
        self._xs, self._ys = xs, ys
        self._dots: set[tuple[int, int]] = set()
        self._marks: set[tuple[int, int]] = set()

    def line(self, data: Points) -> None:
        """Draws straight lines between the points."""
        across, down = self.style.line_dots
        columns, rows = self.width * across, self.height * down
        placed = [(self._column(x, columns), self._row(y, rows)) for x, y in data]
        for (x0, y0), (x1, y1) in zip(placed, placed[1:] or placed, strict=False):
            steps = max(abs(x1 - x0), abs(y1 - y0), 1)
            for step in range(steps + 1):
                self._dots.add((round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps)))

    def marks(self, data: Points) -> None:
        """Draws a mark at every point."""
        self._marks |= {(self._column(x, self.width), self._row(y, self.height)) for x, y in data}

    def rows(self) -> list[str]:
        """The drawing, line by line."""
        return ["".join(self._character(x, y) for x in range(self.width)) for y in range(self.height)]

    def _character(self, x: int, y: int) -> str:
        if (x, y) in self._marks:
            return self.style.mark
        across, down = self.style.line_dots
        inside = [
            (i, j) for i in range(across) for j in range(down) if (x * across + i, y * down + j) in self._dots
        ]
        if not inside:
            return " "
        if across == 1:
            return self.style.line
        return chr(0x2800 + sum(_BRAILLE_BITS[i][j] for i, j in inside))

    def _column(self, x: float, columns: int) -> int:
        low, high = self._xs
        return round((x - low) / (high - low) * (columns - 1)) if high > low else 0

    def _row(self, y: float, rows: int) -> int:
        low, high = self._ys
        return round((high - y) / (high - low) * (rows - 1)) if high > low else rows // 2
