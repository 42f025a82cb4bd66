"""Branches side by side."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError, ShapeError
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import Builder
from convlab.layers.sequential import Sequential


class Concatenate(Layer):
    """Puts the channels of several branches, which all see the same input, behind each other.

    ``y[..., :] = (branch_1(x), branch_2(x), ...)``

    The gradient to the input is the sum of what comes back through the branches, in their order.

    Args:
        branches: at least one, each a chain of layers with at least one layer; their outputs differ at most
            in the number of channels.
        name: by default ``concatenate1``, ...

    Example:
        >>> import convlab
        >>> from convlab.layers import Conv2D
        >>> fork = Concatenate([[Conv2D(4, 1)], [Conv2D(8, 3, padding="same")]])
        >>> convlab.Model([fork], input_shape=(8, 8, 3)).output_shape
        (8, 8, 12)

    References:
        Szegedy et al.: Going deeper with convolutions, 2015, section 4 ("filter concatenation").
    """

    kind = "concatenate"

    def __init__(self, branches: Sequence[Sequence[Layer]], *, name: str | None = None) -> None:
        super().__init__(name)
        self.branches = [Sequential(branch) for branch in branches]
        if not self.branches or not all(branch.layers for branch in self.branches):
            raise ConfigError(
                "Concatenate: branches must hold at least one branch, and each at least one layer"
            )

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        shapes, waiting = [], []
        for branch in self.branches:
            shapes.append(branch.build(input_shape, builder))
            waiting += builder.take_waiting()
        builder.wait_also(waiting)
        if len({shape[:-1] for shape in shapes}) != 1:
            raise ShapeError(
                f"{self.name}: the branches give {', '.join(map(str, shapes))}; all must be of one size"
            )
        ends = np.cumsum([0, *(shape[-1] for shape in shapes)]).tolist()
        self._channels = [slice(start, end) for start, end in pairwise(ends)]
        return (*shapes[0][:-1], ends[-1])

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        for branch in self.branches:
            branch.plan(batch, dtype)
        self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._parts: list[Array] = []
        through: list[Array | None] = []
        for branch in self.branches:
            part = arena.take((len(gradient), *branch.layers[-1].output_shape))
            self._parts.append(part)
            through.append(branch.plan_backward(arena, part, need_input))
        if not need_input:
            return None
        total, *others = [array for array in through if array is not None]
        for array in others:
            arena.give(array)
        return total

    def forward(self, x: Array, training: bool) -> Array:
        output = self._output[: len(x)]
        for branch, channels in zip(self.branches, self._channels, strict=True):
            output[..., channels] = branch.forward(x, training)
        return output

    def backward(self, gradient: Array) -> Array | None:
        total: Array | None = None
        for branch, channels, buffer in zip(self.branches, self._channels, self._parts, strict=True):
            part = buffer[: len(gradient)]
            part[...] = gradient[..., channels]
            through = branch.backward(part)
            if total is None:
                total = through
            elif through is not None:
                np.add(total, through, out=total)
        return total

    def needs_output(self) -> bool:
        return False

    def sublayers(self) -> Sequence[Layer]:
        return [layer for branch in self.branches for layer in branch.layers]

    def describe(self) -> str:
        return f"{len(self.branches)} branches"
