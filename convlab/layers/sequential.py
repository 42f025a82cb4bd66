"""Layers one after the other."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from convlab.contracts.parameter import Array
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import Builder


class Sequential:
    """A chain of layers, each working on the output of the one before; an empty chain is the identity.

    Args:
        layers: in the order of computation.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        """Builds the layers in turn; returns the shape of the last output."""
        shape = input_shape
        for layer in self.layers:
            layer.input_shape = shape
            shape = layer.output_shape = layer.build(shape, builder)
        return shape

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Lets neighbours share work, and makes every layer's forward buffers."""
        for previous, layer in pairwise(self.layers):
            layer.join(previous)
        for layer in self.layers:
            layer.plan(batch, dtype)

    def keep_gradient(self) -> bool:
        """Asks for the gradient given to `backward` to be left as it is; see `Layer.keep_gradient`."""
        return bool(self.layers) and self.layers[-1].keep_gradient()

    def needs_output(self) -> bool:
        """Whether the last output must stay as it is, see `Layer.needs_output`; so must one of no layer."""
        return not self.layers or self.layers[-1].needs_output()

    def plan_backward(
        self, arena: Arena, gradient: Array, need_input: bool, *, keep: bool = False
    ) -> Array | None:
        """Chooses the gradients' buffers from the last layer to the first; see `Layer.plan_backward`.

        With `keep`, the buffer of the first gradient stays the caller's.
        """
        self._first_backward = next(
            (index for index, layer in enumerate(self.layers) if need_input or layer.learns()),
            len(self.layers),
        )
        current: Array | None = gradient
        for index in range(len(self.layers) - 1, self._first_backward - 1, -1):
            assert current is not None
            following = self.layers[index].plan_backward(
                arena, current, need_input or index > self._first_backward
            )
            is_done = following is None or not np.may_share_memory(following, current)
            if is_done and not (keep and current is gradient):
                arena.give(current)
            current = following
        return current

    def forward(self, x: Array, training: bool) -> Array:
        """The output of the last layer."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, gradient: Array) -> Array | None:
        """Runs back to the first layer that learns, or through all if the input's gradient is needed."""
        current: Array | None = gradient
        for layer in reversed(self.layers[self._first_backward :]):
            assert current is not None
            current = layer.backward(current)
        return current
