"""Filters in the terminal: two pixels in every character, one above the other."""

import numpy as np
from rich.style import Style
from rich.text import Text

from convlab.inspect.colors import diverging
from convlab.inspect.mosaic import Array

_UPPER_HALF = "▀"
# from the most negative to the most positive weight, where there are no colors
_LETTERS = "=-.+#"


def filter_lines(weight: Array, limit: float, width: int, *, colors: bool) -> list[Text]:
    """Draws the first filters of a convolution, as many as fit in a line.

    Args:
        weight: (K, R, S, C), float; over several channels the mean is drawn.
        limit: absolute weight that full color stands for, > 0.
        width: columns of the terminal.
        colors: True draws half blocks in red (above 0) and blue (below), False letters: ``#`` and ``+`` for
            weights above 0, ``-`` and ``=`` for those below, each as wide as two letters.

    Returns:
        Lines of text.

    Example:
        >>> edge = np.array([[1.0, 0.0, -1.0]] * 2)[None, :, :, None]
        >>> [str(line) for line in filter_lines(edge, 1.0, 80, colors=False)]
        ['##..==', '##..==']
    """
    pixels = np.where(np.isfinite(weight), weight, 0.0).mean(axis=3) / limit
    across = pixels.shape[2] if colors else 2 * pixels.shape[2]
    shown = pixels[: max(1, (width + 1) // (across + 1))]
    return _in_colors(shown) if colors else _in_letters(shown)


def _in_letters(pixels: Array) -> list[Text]:
    level = ((pixels.clip(-1, 1) + 1) / 2 * (len(_LETTERS) - 1)).round().astype(int)
    return [
        Text(" ".join("".join(2 * _LETTERS[place] for place in row) for row in level[:, line]))
        for line in range(pixels.shape[1])
    ]


def _in_colors(pixels: Array) -> list[Text]:
    if pixels.shape[1] % 2:
        pixels = np.pad(pixels, ((0, 0), (0, 1), (0, 0)), constant_values=np.nan)
    colors = diverging(pixels)
    lines = []
    for top in range(0, pixels.shape[1], 2):
        line = Text()
        for number in range(len(pixels)):
            line.append(" " if number else "")
            for column in range(pixels.shape[2]):
                below = pixels[number, top + 1, column]
                line.append(
                    _UPPER_HALF,
                    Style(
                        color=_code(colors[number, top, column]),
                        bgcolor=None if np.isnan(below) else _code(colors[number, top + 1, column]),
                    ),
                )
        lines.append(line)
    return lines


def _code(color: Array) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color.tolist())
