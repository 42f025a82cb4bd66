"""What a plugin looks like: curves of an activation or a schedule, filters and spectrum of an initializer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.text import Text

from convlab.contracts.activation import Activation
from convlab.inspect.half_blocks import filter_lines
from convlab.inspect.mosaic import Array
from convlab.inspect.points import Points
from convlab.inspect.terminal_plot import Series, terminal_plot

_LIMIT, _POINTS, _MARKS = 4.0, 161, 33
_HEIGHT = 12


@dataclass(frozen=True)
class Curve:
    """A line over an axis, with points of another quantity where there is one.

    Attributes:
        title: what is drawn.
        axis: what it is drawn over.
        line: the quantity.
        marks: the other one, or a series without points.
    """

    title: str
    axis: str
    line: Series
    marks: Series = Series("", [])  # noqa: RUF009  # a frozen constant


@dataclass(frozen=True)
class Portrait:
    """Pictures of one plugin.

    Attributes:
        curve: the curve.
        filters: (K, R, S, C), or None.
    """

    curve: Curve
    filters: Array | None = None


def activation_portrait(activation: Activation) -> Portrait:
    """Value and derivative between -4 and 4.

    Args:
        activation: any.

    Example:
        >>> class Double(Activation):
        ...     def value(self, x, out):
        ...         np.multiply(x, 2, out=out)
        ...     def derivative(self, x, out):
        ...         out[...] = 2
        >>> activation_portrait(Double()).curve.line.points[-1]
        (4.0, 8.0)
    """
    fine, coarse = (np.linspace(-_LIMIT, _LIMIT, count) for count in (_POINTS, _MARKS))
    value, derivative = np.empty_like(fine), np.empty_like(coarse)
    activation.value(fine, value)
    activation.derivative(coarse, derivative)
    line, marks = Series("f(x)", _finite(fine, value)), Series("f'(x)", _finite(coarse, derivative))
    return Portrait(Curve("", "x", line, marks))


def schedule_portrait(factors: Sequence[float]) -> Portrait:
    """Factors of the base learning rate over the steps of a training.

    Example:
        >>> schedule_portrait([1.0, 0.5]).curve.line.points
        [(0.0, 1.0), (1.0, 0.5)]
    """
    points = _finite(np.arange(len(factors)), np.asarray(factors, np.float64))
    return Portrait(Curve("", "step", Series("factor of the base rate", points)))


def initializer_portrait(filters: Array, weight: Array) -> Portrait:
    """Some filters, and the singular values of a larger layer's weights as a matrix of one row per filter.

    Args:
        filters: (K, R, S, C), small, to be seen one by one.
        weight: (K, R, S, C), whose spectrum is drawn.

    Example:
        >>> weight = np.eye(3).reshape(3, 1, 1, 3)
        >>> [value for _, value in initializer_portrait(weight, weight).curve.line.points]
        [1.0, 1.0, 1.0]
    """
    values = np.linalg.svd(weight.reshape(len(weight), -1).astype(np.float64), compute_uv=False)
    count, rows, columns, channels = weight.shape
    name = f"singular values of {count} filters {rows}x{columns}x{channels}"
    points = _finite(np.arange(1, len(values) + 1), values)
    return Portrait(Curve("", "number", Series(name, points)), filters)


def portrait_lines(
    portrait: Portrait, width: int, *, colors: bool, encoding: str | None = None
) -> list[Text]:
    """A portrait for the terminal.

    Args:
        portrait: what to draw.
        width: columns to use.
        colors: whether filters are drawn in colors, or with letters.
        encoding: of the output, see `terminal_plot`.

    Returns:
        Lines of text.
    """
    lines: list[Text] = []
    if portrait.filters is not None:
        limit = float(np.abs(portrait.filters).max()) or 1.0
        shown = f"filters, +-{limit:.2g}" + (" as red and blue" if colors else ": # above 0, = below")
        lines += [Text(shown), *filter_lines(portrait.filters, limit, width, colors=colors), Text()]
    curve = portrait.curve
    if curve.line.points:
        plot = terminal_plot(curve.title, curve.line, curve.marks, width, _HEIGHT, encoding=encoding)
        lines += [Text(line.rstrip()) for line in plot]
    return lines


def _finite(x: Array, y: Array) -> Points:
    return [(float(a), float(b)) for a, b in zip(x, y, strict=True) if np.isfinite(b)]
