"""Pictures by matplotlib, which is an optional dependency, without touching its global state."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from convlab.errors import MissingExtraError
from convlab.records.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Item = TypeVar("Item")

DOTS_PER_INCH = 150
INK, FAINT = "#262626", "#8a8a8a"
TRAIN_COLOR, VALIDATION_COLOR, TEST_COLOR = "#2166ac", "#d6604d", "#1a7f37"


def new_figure(width: float, height: float) -> "Figure":
    """Makes an empty figure.

    Args:
        width: in inches; height alike.

    Raises:
        MissingExtraError: if matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure  # optional, and 0.3 s
    except ImportError as error:
        raise MissingExtraError(
            "drawing needs matplotlib, which is not installed: pip install 'convlab[plot]'"
        ) from error
    return Figure(figsize=(width, height), dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")


def save_figure(figure: "Figure", path: Path) -> None:
    """Writes a figure as PNG, atomically.

    Raises:
        RecordError: if it cannot be written.
    """
    content = io.BytesIO()
    figure.savefig(content, format="png")
    write_atomically(path, content.getvalue())


def plain_text(text: str) -> str:
    """Text in which matplotlib sees no formula.

    Example:
        >>> plain_text("a$b")
        'a\\\\$b'
    """
    return text.replace("$", r"\$")


def evenly_chosen(items: Sequence[Item], most: int) -> list[Item]:
    """At most so many of the items, evenly from the first to the last.

    Example:
        >>> evenly_chosen("abcdefg", 3)
        ['a', 'd', 'g']
    """
    places = np.linspace(0, len(items) - 1, min(most, len(items))).round().astype(int)
    return [items[place] for place in places]


def plain_axes(axes: "Axes", **labels: Any) -> None:
    """Leaves only what helps reading: two axes, a faint grid, dark text."""
    axes.set(**labels)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=9)
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.8)
    axes.set_axisbelow(True)
