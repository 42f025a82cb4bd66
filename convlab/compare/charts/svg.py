"""The few pieces of SVG that the charts are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

# told apart by readers who see few colors, on white and on black: Okabe and Ito's, without yellow and black
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7f7f7f")
_LABEL_LIMIT = 30


def document(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """An SVG element that scales with the page.

    Args:
        width: of the drawing, in its own units.
        height: likewise.
        title: what it shows, for those who hear it.
        parts: elements inside.

    Returns:
        The element, without a header.
    """
    return (
        # the width as an attribute, since pages may forbid styles
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" width="100%" '
        'font-family="system-ui, sans-serif" font-size="12" fill="currentColor" stroke="none">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def line(points: Sequence[tuple[float, float]], *, color: str = "currentColor", width: float = 1) -> str:
    """A line through some points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width:g}"/>'


def dot(point: tuple[float, float], color: str) -> str:
    """A filled circle."""
    return f'<circle cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="4" fill="{color}"/>'


def text(x: float, y: float, content: str, anchor: str = "start") -> str:
    """A text; a long one is cut, and whole where the pointer rests on it."""
    shown = content if len(content) <= _LABEL_LIMIT else f"{content[: _LABEL_LIMIT - 1]}…"
    whole = f"<title>{escape(content)}</title>" if shown != content else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{whole}{escape(shown)}</text>'


@dataclass(frozen=True)
class Plot:
    """A rectangle with axes.

    Attributes:
        width: of the whole drawing.
        height: of the whole drawing without what comes below the axis.
        x_range: values at its left and right side.
        y_range: values at its lower and upper side.
    """

    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    LEFT = 56.0
    RIGHT = 32.0
    TOP = 12.0

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a pair of values is drawn."""
        inner = self.width - self.LEFT - self.RIGHT
        return (
            self.LEFT + inner * _share(x, self.x_range),
            self.height - (self.height - self.TOP) * _share(y, self.y_range),
        )

    def axes(self, x_ticks: Sequence[tuple[float, str]], y_ticks: Sequence[tuple[float, str]]) -> list[str]:
        """Both axes with marks and what is written at them."""
        (left, top), (right, bottom) = (
            self.at(self.x_range[0], self.y_range[1]),
            self.at(self.x_range[1], self.y_range[0]),
        )
        parts = [line([(left, top), (left, bottom), (right, bottom)])]
        for value, name in x_ticks:
            x, _ = self.at(value, self.y_range[0])
            parts += [line([(x, bottom), (x, bottom + 4)]), text(x, bottom + 18, name, "middle")]
        for value, name in y_ticks:
            _, y = self.at(self.x_range[0], value)
            parts += [line([(left - 4, y), (left, y)]), text(left - 8, y + 4, name, "end")]
        return parts


def legend(labels: Sequence[str], width: float, top: float) -> tuple[list[str], float]:
    """Colors and labels in as many columns as fit.

    Returns:
        The elements, and the height that they take.
    """
    columns = max(int(width // 220), 1)
    parts = []
    for number, label in enumerate(labels):
        x = 16 + (number % columns) * (width - 16) / columns
        y = top + 18 * (number // columns)
        color = COLORS[number % len(COLORS)]
        parts += [line([(x, y - 4), (x + 18, y - 4)], color=color, width=3), text(x + 24, y, label)]
    return parts, 18.0 * -(-len(labels) // columns)


def evenly(low: float, high: float, count: int = 5) -> list[float]:
    """Values at even distances, both ends included."""
    return [low + (high - low) * step / (count - 1) for step in range(count)]


def _share(value: float, bounds: tuple[float, float]) -> float:
    low, high = bounds
    return (value - low) / (high - low) if high != low else 0.5
