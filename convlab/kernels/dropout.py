"""Dropout without a stored mask."""

from typing import Any

import numpy.typing as npt

from convlab.errors import ShapeError
from convlab.kernels import _elementwise
from convlab.kernels.buffers import Array, input_floats, output_array, refuse_partial_overlap

# Random numbers are 32 bits long, keys 64.
_RANGE, _KEYS = 2**32, 2**64


def dropout(x: npt.ArrayLike, rate: float, key: int, *, out: npt.NDArray[Any] | None = None) -> Array:
    """Sets values to zero at random and divides the others by the share that is kept.

    ``y[i] = x[i] / (1 - rate) if hash(i, key) >= rate else 0``, with the hash in [0, 1). It depends on
    nothing but the position i and the key: with the same key a gradient meets the same zeros.

    Args:
        x: float32 or float64, any shape.
        rate: probability of a zero, in [0, 1), to within 2^-32.
        key: chooses the zeros, from 0 to 2^64 - 1; keys that differ give independent choices.
        out: where to write, of x's shape and dtype; may be x itself.

    Returns:
        y, of x's shape and dtype.

    Raises:
        ShapeError: rate or key out of range, x is not float, or out does not fit or overlaps x in part.

    Example:
        >>> import numpy as np
        >>> dropout(np.ones(8, np.float32), 0.5, key=3).tolist()
        [0.0, 2.0, 2.0, 2.0, 0.0, 2.0, 2.0, 2.0]

    References:
        Wellons: Prospecting for hash functions, 2018 (the 32-bit mixing function lowbias32); Srivastava et
        al.: Dropout, 2014.
    """
    if isinstance(rate, bool) or not 0 <= rate < 1:
        raise ShapeError(f"dropout: rate must be in [0, 1), got {rate!r}")
    if not 0 <= key < _KEYS:
        raise ShapeError(f"dropout: key must be from 0 to 2^64 - 1, got {key!r}")
    array = input_floats("dropout", "x", x)
    y = output_array("dropout", "out", out, array.shape, array.dtype)
    if out is not None:
        refuse_partial_overlap("dropout", "out", y, x=x)
    _elementwise.dropout(array, key, min(round(rate * _RANGE), _RANGE - 1), 1 / (1 - rate), y)
    return y
