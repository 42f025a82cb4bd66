"""How filters change, as an animated picture."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from convlab.errors import RecordError
from convlab.inspect.colors import diverging
from convlab.inspect.kept_filters import KeptFilters, read_filters
from convlab.inspect.mosaic import Array, mosaic
from convlab.inspect.picture import evenly_chosen
from convlab.records.atomic import write_atomically
from convlab.records.run_directory import RunDirectory

SHOWN_LAYERS, MOST_FRAMES = 3, 100
FRAME_MILLISECONDS, LAST_MILLISECONDS = 250, 2000
_LABEL_HEIGHT, _MARGIN, _COLORS, _TILE_PIXELS = 16, 6, 128, 24
_INK, _WHITE = (38, 38, 38), (255, 255, 255)


def draw_film(run: RunDirectory, path: Path) -> int:
    """Draws the filters of the convolutions, one frame for every epoch that was kept.

    Each convolution has one color scale for the whole film, symmetric around 0: red above, blue below.
    At most three convolutions are drawn, from the first to the last, and at most 100 epochs.

    Args:
        run: a run with the probe ``filters`` that kept more than one epoch; it need not have finished.
        path: the GIF file.

    Returns:
        Number of frames.

    Raises:
        RecordError: if the run kept fewer than two epochs or cannot be read, or `path` cannot be written.
    """
    epochs, layers = read_filters(run, lambda kept: evenly_chosen(kept, MOST_FRAMES))
    if len(epochs) < 2:
        raise RecordError(
            f"{run.path} kept its filters at epoch {epochs[0]} only: "
            "a film needs more, such as 'probes=[{name: filters, every: 1}]'"
        )
    shown = evenly_chosen(layers, SHOWN_LAYERS)
    frames = [_frame(shown, number, epoch) for number, epoch in enumerate(epochs)]
    content = io.BytesIO()
    frames[0].save(
        content,
        format="GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[FRAME_MILLISECONDS] * (len(frames) - 1) + [LAST_MILLISECONDS],
        loop=0,
    )
    write_atomically(path, content.getvalue())
    return len(frames)


def _frame(layers: Sequence[KeptFilters], number: int, epoch: int) -> Image.Image:
    """One picture of all layers, one below the other."""
    tiles = [_colored(layer, number) for layer in layers]
    width = max(tile.shape[1] for tile in tiles) + 2 * _MARGIN
    height = sum(tile.shape[0] + _LABEL_HEIGHT + _MARGIN for tile in tiles)
    frame = Image.new("RGB", (width, height), _WHITE)
    pen = ImageDraw.Draw(frame)
    top = 0
    for layer, tile in zip(layers, tiles, strict=True):
        when = f"epoch {epoch}" if epoch else "before training"
        label = f"{layer.name}, {when}".encode("ascii", "replace").decode()
        pen.text((_MARGIN, top + 2), label, fill=_INK)
        frame.paste(Image.fromarray(tile), (_MARGIN, top + _LABEL_HEIGHT))
        top += tile.shape[0] + _LABEL_HEIGHT + _MARGIN
    # without dithering, whose noise would make the file many times as large
    return frame.quantize(_COLORS, dither=Image.Dither.NONE)


def _colored(layer: KeptFilters, number: int) -> Array:
    """The filters of one epoch as (height, width, 3), uint8."""
    tiles = mosaic(layer.weights[number], layer.limit, color=layer.is_color, tile_pixels=_TILE_PIXELS)
    if layer.is_color:
        return (255 * tiles).round().astype(np.uint8)
    return diverging(tiles / layer.limit)
