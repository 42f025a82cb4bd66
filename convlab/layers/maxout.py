"""The largest of several channels."""

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError, ShapeError
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import Builder

# The density of the largest value is integrated on this grid, which has no point at 0.
_GRID_LIMIT, _GRID_POINTS = 10.0, 20_000


class Maxout(Layer):
    """The largest of every `pieces` neighbouring channels: ``y[k] = max_{j < pieces} x[k pieces + j]``.

    Behind a convolution or a dense layer without an activation, every output is the largest of so many linear
    functions. The gradient goes to the place of the maximum, the first one where several are equal.

    Args:
        pieces: channels that become one, 2 to 256; the input's channels must divide by it.
        name: by default ``maxout1``, ...

    Example:
        >>> import convlab
        >>> model = convlab.Model([Maxout(2)], input_shape=(4,))
        >>> model.predict(np.array([[1, 2, 5, -3]], np.float32)).tolist()
        [[2.0, 5.0]]

    References:
        Goodfellow, Warde-Farley, Mirza, Courville, Bengio: Maxout networks, 2013, section 3.
    """

    kind = "maxout"

    def __init__(self, pieces: int = 2, *, name: str | None = None) -> None:
        super().__init__(name)
        self.pieces = pieces

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        if not 2 <= self.pieces <= 256:
            raise ConfigError(f"{self.name}: pieces must be 2 to 256, got {self.pieces}")
        if input_shape[-1] % self.pieces:
            raise ShapeError(
                f"{self.name}: input channels (={input_shape[-1]}) must divide by pieces (={self.pieces})"
            )
        builder.follow(_gain_of_largest(self.pieces))
        return (*input_shape[:-1], input_shape[-1] // self.pieces)

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        shape = (batch, *self.output_shape)
        self._output = kernels.empty_aligned(shape, dtype)
        self._piece, self._is_here = np.empty(shape, np.uint8), np.empty(shape, np.bool_)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._input_gradient = arena.take((len(gradient), *self.input_shape)) if need_input else None
        return self._input_gradient

    def forward(self, x: Array, training: bool) -> Array:
        count = len(x)
        output, piece, is_here = self._output[:count], self._piece[:count], self._is_here[:count]
        np.copyto(output, x[..., :: self.pieces])
        piece[...] = 0
        for j in range(1, self.pieces):
            other = x[..., j :: self.pieces]
            if training:
                np.copyto(piece, j, where=np.greater(other, output, out=is_here))
            np.maximum(output, other, out=output)
        return output

    def backward(self, gradient: Array) -> Array | None:
        if self._input_gradient is None:
            return None
        count = len(gradient)
        input_gradient, is_here = self._input_gradient[:count], self._is_here[:count]
        for j in range(self.pieces):
            np.equal(self._piece[:count], j, out=is_here)
            np.multiply(gradient, is_here, out=input_gradient[..., j :: self.pieces])
        return input_gradient

    def describe(self) -> str:
        return f"{self.pieces} pieces"


def _gain_of_largest(count: int) -> float:
    """1/sqrt(E[z^2]) for the largest z of so many independent normal values."""
    z = np.linspace(-_GRID_LIMIT, _GRID_LIMIT, _GRID_POINTS)
    share_below = kernels.activation_forward(z, "gelu") / z
    density = count * share_below ** (count - 1) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    return 1.0 / float(np.sqrt(np.trapezoid(z * z * density, z)))
