"""Gaussians on the pixels of a kernel."""

import numpy as np

from convlab.plugin import Array


def grid(height: int, width: int) -> tuple[Array, Array]:
    """Gives every pixel's place, counted from the kernel's center.

    Args:
        height: rows, >= 1.
        width: columns, >= 1.

    Returns:
        x to the right and y downwards, each float64 (height, width).

    Example:
        >>> grid(1, 2)[0].tolist()
        [[-0.5, 0.5]]
    """
    y, x = np.mgrid[:height, :width].astype(float)
    return x - (width - 1) / 2, y - (height - 1) / 2


def gaussian(x: Array, y: Array, sigma: float) -> Array:
    """Gives a round Gaussian of sum 1.

    Args:
        x: places from the center.
        y: places from the center.
        sigma: width in pixels, > 0.

    Returns:
        float64 array of the shape of `x`.

    Example:
        >>> gaussian(*grid(1, 3), 0.5).round(4).tolist()
        [[0.1065, 0.787, 0.1065]]
    """
    bell = np.exp(-(x * x + y * y) / (2 * sigma * sigma))
    normalized: Array = bell / bell.sum()
    return normalized
