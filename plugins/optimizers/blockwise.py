"""What the optimizers share: the walk over the flat buffers, and coupled weight decay."""

from abc import abstractmethod
from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np

from convlab.plugin import Array, Optimizer, ParameterBuffers
from convlab_plugins.checks import require

# 64 kB of float32 an array: values, gradient, two state arrays and the scratch together fit in a 512 kB
# cache.
BLOCK_SIZE = 16_384


@dataclass(frozen=True)
class Block:
    """A stretch of the flat buffers that is worked on at once.

    Attributes:
        part: where it lies, to cut the state arrays.
        values: view of the values.
        gradients: view of the gradients, which the engine may still look at: never changed.
        decayed: whether weight decay applies to it (to all of it or to nothing).
        scratch: two arrays of its size to compute in.
    """

    part: slice
    values: Array
    gradients: Array
    decayed: bool
    scratch: tuple[Array, Array]


class BlockwiseOptimizer(Optimizer):
    """An elementwise optimizer that updates the flat buffers block by block.

    A block passes through all operations of the update while it is in the cache, and the only memory beside
    the state is that of one block. Updates are elementwise, so the size of a block changes no result.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0.
        weight_decay: L2 factor that is added to the gradient ("coupled"): g + weight_decay w, on conv and
            dense weights only; >= 0.

    Attributes:
        plugin: kind and name as users write them, for messages.

    Raises:
        ConfigError: if `lr` or `weight_decay` is out of range.
    """

    plugin: ClassVar[str]

    def __init__(self, parameters: ParameterBuffers, *, lr: float, weight_decay: float = 0.0) -> None:
        require(0 < lr < inf, self.plugin, "lr", lr, "> 0 and finite")
        require(0 <= weight_decay < inf, self.plugin, "weight_decay", weight_decay, ">= 0 and finite")
        super().__init__(parameters, lr)
        self.weight_decay = weight_decay
        size = parameters.values.size
        scratch = np.empty((3, min(size, BLOCK_SIZE)), parameters.values.dtype)
        self._decayed_gradient = scratch[2]
        self._blocks = [
            Block(
                part=slice(start, stop),
                values=parameters.values[start:stop],
                gradients=parameters.gradients[start:stop],
                decayed=stop <= parameters.decayed,
                scratch=(scratch[0, : stop - start], scratch[1, : stop - start]),
            )
            for start, stop in _bounds(parameters.decayed, size)
        ]

    def update(self, rate: float) -> None:
        """Changes `parameters.values` in place, block by block."""
        for block in self._blocks:
            gradient = block.gradients
            if self.weight_decay and block.decayed:
                gradient = self._decayed_gradient[: gradient.size]
                np.multiply(block.values, self.weight_decay, out=gradient)
                gradient += block.gradients
            self.update_block(block, gradient, float(rate))

    @abstractmethod
    def update_block(self, block: Block, gradient: Array, rate: float) -> None:
        """Changes the block's values in place along `gradient`, which has coupled weight decay in it."""

    def new_state(self, fill: float = 0.0) -> Array:
        """A state array with one entry for each trained value."""
        return np.full_like(self.parameters.values, fill)


def _bounds(decayed: int, size: int) -> list[tuple[int, int]]:
    """Starts and stops of the blocks; none crosses the end of the decayed part."""
    return [
        (start, min(start + BLOCK_SIZE, end))
        for begin, end in ((0, decayed), (decayed, size))
        for start in range(begin, end, BLOCK_SIZE)
    ]
