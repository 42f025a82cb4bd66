"""Loss and accuracy over the epochs, drawn with characters."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convlab.inspect.points import Points, points

_LEAST_WIDTH, _LEAST_HEIGHT = 36, 3
_SIDE_BY_SIDE_WIDTH = 90
_GAP = "   "


@dataclass(frozen=True)
class _Style:
    """Characters to draw with; `line_dots` is how many dots a character holds, across and down."""

    train: str
    validation: str
    axis: str
    corner: str
    floor: str
    line_dots: tuple[int, int]


_BRAILLE = _Style("⠒⠒", "●", "┤", "└", "─", (2, 4))
_ASCII = _Style("*", "o", "|", "+", "-", (1, 1))
# bit of each dot in a braille character, by column and row
_BRAILLE_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


def terminal_curves(
    metrics: Sequence[Mapping[str, Any]], width: int, height: int, *, encoding: str | None = None
) -> str:
    """Draws loss and accuracy of training and validation.

    Training is a line and validation is points, so that they can be told apart without color. The two plots
    stand side by side from 90 columns on, and one above the other below that.

    Args:
        metrics: of each epoch, as in metrics.jsonl; values that are missing or not finite are left out.
        width: columns to use, at least 36 are.
        height: lines of each plot without its axis, at least 3 are.
        encoding: of the output; None takes that of stdout. Anything but UTF-8 gives plain ASCII.

    Returns:
        Lines of text.

    Example:
        >>> epochs = [{"epoch": 1, "train_loss": 1.0}, {"epoch": 3, "train_loss": 0.2}]
        >>> print(terminal_curves(epochs, 36, 3, encoding="ascii"))
        loss  * train  o validation
           1 |********
         0.6 |        **************
         0.2 |                      ********
             +------------------------------
              1                            3
    """
    style = _BRAILLE if _is_utf8(encoding) else _ASCII
    width, height = max(width, _LEAST_WIDTH), max(height, _LEAST_HEIGHT)
    quantities = [name for name in ("loss", "accuracy") if points(metrics, f"train_{name}")]
    if not quantities:
        return "no epochs yet"
    beside = width >= _SIDE_BY_SIDE_WIDTH and len(quantities) > 1
    plot_width = (width - len(_GAP)) // 2 if beside else width
    plots = [_plot(metrics, name, plot_width, height, style) for name in quantities]
    if not beside:
        return "\n".join(line.rstrip() for plot in plots for line in plot)
    return "\n".join(
        f"{left:<{plot_width}}{_GAP}{right}".rstrip() for left, right in zip(*plots, strict=True)
    )


def _is_utf8(encoding: str | None) -> bool:
    found = encoding if encoding is not None else getattr(sys.stdout, "encoding", None)
    return (found or "").lower().replace("-", "").replace("_", "") == "utf8"


def _plot(
    metrics: Sequence[Mapping[str, Any]], quantity: str, width: int, height: int, style: _Style
) -> list[str]:
    train = points(metrics, f"train_{quantity}")
    validation = points(metrics, f"validation_{quantity}")
    epochs = [epoch for epoch, _ in train + validation]
    values = [value for _, value in train + validation]
    low, high = min(values), max(values)
    ticks = [_tick(high - (high - low) * row / (height - 1)) for row in range(height)]
    margin = max(map(len, ticks)) + 1
    canvas = _Canvas(width - margin - 2, height, (min(epochs), max(epochs)), (low, high), style)
    canvas.line(train)
    canvas.marks(validation)
    title = f"{quantity}  {style.train} train  {style.validation} validation"
    lines = [title]
    for row, drawn in enumerate(canvas.rows()):
        tick = ticks[row] if row in (0, height // 2, height - 1) else ""
        lines.append(f"{tick:>{margin}} {style.axis}{drawn}")
    first, last = _tick(min(epochs)), _tick(max(epochs))
    lines.append(f"{'':>{margin}} {style.corner}{style.floor * canvas.width}")
    span = f"{first}{last:>{canvas.width - len(first)}}" if last != first else first
    lines.append(f"{'':>{margin}}  {span}")
    return lines


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
            return self.style.validation
        across, down = self.style.line_dots
        inside = [
            (i, j) for i in range(across) for j in range(down) if (x * across + i, y * down + j) in self._dots
        ]
        if not inside:
            return " "
        if across == 1:
            return self.style.train
        return chr(0x2800 + sum(_BRAILLE_BITS[i][j] for i, j in inside))

    def _column(self, x: float, columns: int) -> int:
        low, high = self._xs
        return round((x - low) / (high - low) * (columns - 1)) if high > low else 0

    def _row(self, y: float, rows: int) -> int:
        low, high = self._ys
        return round((high - y) / (high - low) * (rows - 1)) if high > low else rows // 2
