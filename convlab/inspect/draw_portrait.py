"""What a plugin looks like, as a picture."""

from pathlib import Path

import numpy as np

from convlab.inspect.mosaic import mosaic
from convlab.inspect.picture import (
    INK,
    TRAIN_COLOR,
    VALIDATION_COLOR,
    new_figure,
    plain_axes,
    plain_text,
    save_figure,
)
from convlab.inspect.portrait import Portrait


def draw_portrait(portrait: Portrait, title: str, path: Path) -> None:
    """Draws a portrait.

    Args:
        portrait: what to draw.
        title: above it.
        path: the PNG file.

    Raises:
        MissingExtraError: if matplotlib is not installed.
        RecordError: if `path` cannot be written.
    """
    figure = new_figure(9 if portrait.filters is not None else 5.5, 3.6)
    if portrait.filters is None:
        curve = figure.subplots()
    else:
        pictures, curve = figure.subplots(1, 2)
        limit = float(np.abs(portrait.filters).max()) or 1.0
        tiles = mosaic(portrait.filters, limit, color=False)
        pictures.imshow(tiles, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
        pictures.set_axis_off()
    drawn = portrait.curve
    for series, color, style in ((drawn.line, TRAIN_COLOR, "-"), (drawn.marks, VALIDATION_COLOR, "--")):
        if series.points:
            x, y = zip(*series.points, strict=True)
            curve.plot(x, y, style, color=color, linewidth=1.8, label=plain_text(series.name))
    plain_axes(curve, xlabel=drawn.axis)
    curve.legend(frameon=False, fontsize=9, labelcolor=INK)
    figure.suptitle(plain_text(title), fontsize=11, color=INK)
    save_figure(figure, path)
