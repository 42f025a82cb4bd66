"""Small pictures inside the page: few stored pixels for each weight, enlarged by the browser."""

import io
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from convlab.inspect.colors import diverging
from convlab.inspect.mosaic import Array
from convlab.report.markup import Markup, element

# shades between blue and red, and one more that is see-through
_SHADES = 33
_LARGEST_SIDE = 32


@dataclass
class Budget:
    """How many bytes of the page pictures may take.

    Attributes:
        left: bytes, as they stand in the page.
    """

    left: int

    def picture(self, image: Image.Image, *, scale: int, title: str) -> Markup | None:
        """An image element, or None if there is no room for it.

        Args:
            image: its pixels.
            scale: by how much the browser enlarges it.
            title: what it shows, for those who hear it.
        """
        source = self.source(image)
        if source is None:
            return None
        return element(
            "img",
            src=source,
            width=image.width * scale,
            height=image.height * scale,
            alt=title,
            title=title,
        )

    def source(self, image: Image.Image) -> Markup | None:
        """An image as an address that holds it, or None if there is no room for it."""
        content = io.BytesIO()
        image.save(content, format="png", optimize=True)
        found = f"data:image/png;base64,{b64encode(content.getvalue()).decode()}"
        if len(found) > self.left:
            return None
        self.left -= len(found)
        return Markup(found)


def shades(values: Array) -> Image.Image:
    """Draws numbers from -1 (blue) over 0 (white) to 1 (red).

    Args:
        values: (height, width); NaN is see-through.

    Returns:
        A picture with a palette.

    Example:
        >>> shades(np.array([[-1.0, np.nan]])).convert("RGBA").getpixel((1, 0))[3]
        0
    """
    at = np.nan_to_num(values, nan=0.0).clip(-1, 1)
    places = np.where(np.isnan(values), _SHADES, np.rint((at + 1) / 2 * (_SHADES - 1))).astype(np.uint8)
    image = Image.fromarray(places)
    palette = np.zeros((_SHADES + 1, 3), np.uint8)
    palette[:_SHADES] = diverging(np.linspace(-1, 1, _SHADES))
    image.putpalette(palette.ravel().tolist())
    image.info["transparency"] = _SHADES
    return image


def arranged(lines: Sequence[Sequence[Array]], pixels: int = 1) -> Array:
    """Lays tiles out in lines, one pixel of NaN between them.

    Args:
        lines: tiles (height, width) or (height, width, depth), float, all of one shape.
        pixels: side of the square that each of their values takes, so that gaps look thin.

    Returns:
        All of them as one array.

    Example:
        >>> arranged([[np.zeros((2, 2))] * 3]).shape
        (2, 8)
    """
    height, width, *depth = lines[0][0].repeat(pixels, 0).repeat(pixels, 1).shape
    across = max(map(len, lines))
    canvas = np.full((len(lines) * (height + 1) - 1, across * (width + 1) - 1, *depth), np.nan)
    for down, line in enumerate(lines):
        for place, tile in enumerate(line):
            top, left = down * (height + 1), place * (width + 1)
            canvas[top : top + height, left : left + width] = tile.repeat(pixels, 0).repeat(pixels, 1)
    return canvas


def colored(values: Array) -> Image.Image:
    """Draws (height, width, 3) numbers from 0 to 1 as red, green and blue; NaN is see-through."""
    seen = np.isfinite(values).all(axis=2, keepdims=True)
    bytes_ = np.nan_to_num(255 * values.clip(0, 1)).round()
    return Image.fromarray(np.concatenate([bytes_, 255 * seen], axis=2).astype(np.uint8))


def shrunk(maps: Array) -> Array:
    """Takes every n-th pixel of (N, height, width, K) so that no side is longer than 32."""
    step = -(-max(maps.shape[1:3]) // _LARGEST_SIDE)
    return maps[:, ::step, ::step]
