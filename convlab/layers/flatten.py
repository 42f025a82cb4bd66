"""Feature maps as one long vector."""

import numpy as np

from convlab.contracts.parameter import Array
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import Builder


class Flatten(Layer):
    """Makes (N, H, W, C) into (N, H*W*C), in this order, without moving a number.

    Args:
        name: by default ``flatten1``, ...

    Example:
        >>> import convlab
        >>> convlab.Model([Flatten()], input_shape=(5, 5, 16)).output_shape
        (400,)
    """

    kind = "flatten"

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        return (int(np.prod(input_shape, dtype=np.int64)),)

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Needs no buffer: the output is a view of the input."""

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        return gradient.reshape(len(gradient), *self.input_shape) if need_input else None

    def forward(self, x: Array, training: bool) -> Array:
        return x.reshape(len(x), *self.output_shape)

    def backward(self, gradient: Array) -> Array:
        return gradient.reshape(len(gradient), *self.input_shape)
