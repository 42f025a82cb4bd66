"""Memory whose start suits the vectors of every instruction set."""

import math

import numpy as np
import numpy.typing as npt

# A line of the cache, and the longest vector.
_ALIGNMENT = 64


def empty_aligned(
    shape: int | tuple[int, ...], dtype: npt.DTypeLike = np.float32
) -> npt.NDArray[np.floating]:
    """A new array whose first element lies at a multiple of 64 bytes, its contents undefined.

    Kernels take any array, but are faster with these: `numpy.empty` starts at a multiple of 16 bytes only, so
    that vectors of 64 bytes lie in two lines of the cache, and large outputs cannot be written past it.

    Args:
        shape: of the array.
        dtype: float32 or float64.

    Returns:
        A C-contiguous array.

    Example:
        >>> array = empty_aligned((3, 5))
        >>> array.shape, array.dtype.name, array.ctypes.data % 64
        ((3, 5), 'float32', 0)
    """
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    kind = np.dtype(dtype)
    count = math.prod(sizes) * kind.itemsize
    memory = np.empty(count + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + count].view(kind).reshape(sizes)
