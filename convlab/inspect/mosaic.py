"""Many small filters as one array of pixels."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SHOWN_FILTERS, SHOWN_CHANNELS, SHOWN_TILES = 16, 8, 64
TILE_PIXELS, _GAP_PIXELS = 48, 6


def mosaic(weight: Array, limit: float, *, color: bool, tile_pixels: int = TILE_PIXELS) -> Array:
    """Lays filters out as tiles with gaps.

    Args:
        weight: (K, R, S, C), float.
        limit: absolute weight that full color stands for, > 0; used where `color` is set.
        color: True draws the three channels of a filter as one tile in red, green and blue, 0 as gray.
            False makes one tile of each channel: with one channel the filters run on in lines, with more
            a column holds the channels of one filter. What does not fit is left out.
        tile_pixels: size that a tile is enlarged to, as near as whole factors allow.

    Returns:
        (height, width) weights with NaN in the gaps, or (height, width, 3) colors from 0 to 1 with white
        gaps.

    Example:
        >>> mosaic(np.zeros((2, 3, 3, 1)), 1.0, color=False).shape
        (60, 114)
    """
    if color:
        tiles = _in_lines(np.nan_to_num(0.5 + weight / (2 * limit), nan=1.0).clip(0.0, 1.0))
        return assembled(tiles, 1.0, tile_pixels)
    if weight.shape[3] == 1:
        return assembled(_in_lines(weight), np.nan, tile_pixels)[:, :, 0]
    shown = weight[:SHOWN_FILTERS, :, :, :SHOWN_CHANNELS]
    columns = [list(channel[:, :, :, None]) for channel in np.moveaxis(shown, 3, 0)]
    return assembled(columns, np.nan, tile_pixels)[:, :, 0]


def _in_lines(weight: Array) -> list[list[Array]]:
    tiles = list(weight[:SHOWN_TILES])
    # about four times as wide as high: 16 filters stand in two lines of 8, 64 in four of 16
    columns = math.ceil(len(tiles) / max(1, round(math.sqrt(len(tiles) / 4))))
    return [tiles[start : start + columns] for start in range(0, len(tiles), columns)]


def assembled(lines: list[list[Array]], gap: float, tile_pixels: int = TILE_PIXELS) -> Array:
    """Puts tiles on a canvas of gaps, each pixel enlarged by a whole factor.

    Args:
        lines: of tiles (R, S, depth), all of one shape.
        gap: value between the tiles.
        tile_pixels: size that a tile is enlarged to, as near as whole factors allow.

    Returns:
        (height, width, depth).

    Example:
        >>> assembled([[np.zeros((8, 8, 1))] * 3] * 2, gap=np.nan).shape
        (114, 168, 1)
    """
    height, width, depth = lines[0][0].shape
    factor = max(1, tile_pixels // max(height, width))
    down, across = height * factor + _GAP_PIXELS, width * factor + _GAP_PIXELS
    canvas = np.full(
        (len(lines) * down + _GAP_PIXELS, max(map(len, lines)) * across + _GAP_PIXELS, depth), gap
    )
    for i, line in enumerate(lines):
        for j, tile in enumerate(line):
            top, left = _GAP_PIXELS + i * down, _GAP_PIXELS + j * across
            canvas[top : top + height * factor, left : left + width * factor] = tile.repeat(factor, 0).repeat(
                factor, 1
            )
    return canvas
