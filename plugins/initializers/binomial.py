"""Binomial coefficients as weights: the integer form of a Gaussian."""

import numpy as np

from convlab.plugin import Array


def binomial(size: int) -> Array:
    """Gives the binomial coefficients of order size - 1, which smooth.

    Args:
        size: number of weights, >= 1.

    Returns:
        float64 array (size,).

    Example:
        >>> binomial(4).tolist()
        [1.0, 3.0, 3.0, 1.0]
    """
    row = np.ones(1)
    for _ in range(size - 1):
        row = np.convolve(row, [1.0, 1.0])
    return row


def binomial_slope(size: int) -> Array:
    """Gives the differences of neighboring binomial coefficients of order size - 2, rising to the right.

    Args:
        size: number of weights, >= 2.

    Returns:
        float64 array (size,).

    Example:
        >>> binomial_slope(3).tolist()
        [-1.0, 0.0, 1.0]
    """
    return np.convolve(binomial(size - 1), [-1.0, 1.0])
