"""Buffers for gradients, shared by layers that never need them at the same time."""

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array


class Arena:
    """Hands out buffers while a model is planned, and takes them back for the next layer.

    Gradients live only from one layer's backward pass to the next, so that a deep network needs a few
    buffers of the largest size instead of one for every layer.

    Args:
        dtype: of all buffers.

    Example:
        >>> arena = Arena(np.dtype(np.float32))
        >>> first = arena.take((4, 10))
        >>> arena.give(first)
        >>> second = arena.take((2, 5))
        >>> bool(np.shares_memory(first, second)), arena.bytes
        (True, 160)
    """

    def __init__(self, dtype: np.dtype[np.floating]) -> None:
        self._dtype = dtype
        self._blocks: list[Array] = []
        self._free: list[int] = []

    @property
    def bytes(self) -> int:
        """Memory of all buffers."""
        return sum(block.nbytes for block in self._blocks)

    def take(self, shape: tuple[int, ...]) -> Array:
        """A buffer of the shape, its contents undefined."""
        size = int(np.prod(shape, dtype=np.int64))
        fitting = [index for index in self._free if self._blocks[index].size >= size]
        if fitting:
            index = min(fitting, key=lambda item: self._blocks[item].size)
            self._free.remove(index)
        else:
            index = len(self._blocks)
            self._blocks.append(kernels.empty_aligned(size, self._dtype))
        return self._blocks[index][:size].reshape(shape)

    def give(self, buffer: Array) -> None:
        """Takes a buffer back that `take` gave, or a view of it."""
        index = next(
            (number for number, block in enumerate(self._blocks) if np.may_share_memory(block, buffer)), None
        )
        if index is not None and index not in self._free:
            self._free.append(index)
