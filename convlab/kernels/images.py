"""From stored images to what a network takes."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.errors import ShapeError
from convlab.kernels import _elementwise, runtime
from convlab.kernels.buffers import input_indices, output_array, refuse_overlap

# The longest vector of floats of any instruction set; scale and shift are repeated to rows of them.
_LANES = 16


def normalize_images(
    images: npt.NDArray[np.uint8],
    indices: npt.ArrayLike,
    mean: Sequence[float] | npt.NDArray[Any],
    std: Sequence[float] | npt.NDArray[Any],
    *,
    out: npt.NDArray[Any] | None = None,
) -> npt.NDArray[np.float32]:
    """Gathers images and brings every channel to zero mean and unit variance.

    ``out[i] = (images[indices[i]] / 255 - mean) / std`` per channel.

    Args:
        images: (n, h, w, c), uint8; read in place where contiguous.
        indices: (count,), integers in [0, n); any order, with repeats.
        mean: (c,), of the values in [0, 1].
        std: (c,), above 0.
        out: where to write, (count, h, w, c), float32.

    Returns:
        (count, h, w, c), float32.

    Raises:
        ShapeError: arrays that do not fit each other, an index out of range, or std not above 0.

    Example:
        >>> images = np.uint8([0, 255]).reshape(2, 1, 1, 1)
        >>> normalize_images(images, [1, 0, 1], [0.5], [0.5]).round(6).ravel().tolist()
        [1.0, -1.0, 1.0]
    """
    where = "normalize_images"
    array = np.ascontiguousarray(images)
    if array.dtype != np.uint8 or array.ndim != 4:
        raise ShapeError(
            f"{where}: images must be uint8 (n, h, w, c), got {array.dtype}, images.shape={array.shape}"
        )
    chosen = _checked_indices(where, indices, len(array))
    scale, shift = _affine(tuple(map(float, mean)), tuple(map(float, std)), array.shape[3])
    result = output_array(where, "out", out, (len(chosen), *array.shape[1:]), np.float32)
    if out is not None:
        refuse_overlap(where, "out", result, images=images, indices=indices)
    size = array.shape[1] * array.shape[2] * array.shape[3]
    _elementwise.normalize_images(array, chosen, size, scale, shift, result, *runtime.selected())
    return result


def _checked_indices(where: str, indices: npt.ArrayLike, count: int) -> npt.NDArray[np.int64]:
    array = np.asarray(indices)
    if array.ndim != 1 or (array.dtype.kind not in "iu" and array.size > 0):
        raise ShapeError(
            f"{where}: indices must be integers (count,), got {array.dtype}, indices.shape={array.shape}"
        )
    chosen = input_indices(array)
    bad = _elementwise.first_outside(chosen, count)
    if bad >= 0:
        raise ShapeError(
            f"{where}: indices[{bad}]={array[bad]} is outside [0, {count}), the number of images"
        )
    return chosen


@lru_cache(maxsize=64)
def _affine(
    mean: tuple[float, ...], std: tuple[float, ...], channels: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Factor and term of every channel, repeated to whole vectors."""
    if len(mean) != channels or len(std) != channels:
        raise ShapeError(
            f"normalize_images: mean and std must have one value per channel ({channels}), "
            f"got {len(mean)} and {len(std)}"
        )
    for channel, value in enumerate(std):
        if not 0.0 < value < np.inf:
            raise ShapeError(f"normalize_images: std[{channel}] must be above 0, got {value}")
    factors = 1.0 / (255.0 * np.array(std))
    terms = -np.array(mean) / np.array(std)
    return np.tile(factors, _LANES).astype(np.float32), np.tile(terms, _LANES).astype(np.float32)
