"""Multiplication by a learned number."""

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import Builder


class LearnedScale(Layer):
    """Multiplies every value by one number that is learned: ``y = scale x``.

    At the end of a residual branch it is what SkipInit and ReZero begin with 0; else it begins with 1.

    Args:
        name: by default ``learned_scale1``, ...

    Example:
        >>> import convlab
        >>> from convlab.layers import Dense, Residual
        >>> model = convlab.Model([Residual([Dense(2), LearnedScale()])], (2,), initializer="rezero")
        >>> model.predict(np.ones((1, 2), np.float32)).tolist()
        [[1.0, 1.0]]

    References:
        De, Smith: Batch normalization biases residual blocks towards the identity function in deep networks,
        2020, section 4. Bachlechner et al.: ReZero is all you need, 2021, equation 1.
    """

    kind = "learned_scale"

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        self._scale = builder.channel_parameter(self.name, "scale", 1, "ones")
        return input_shape

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)
        self._products = kernels.empty_aligned((batch, *self.output_shape), dtype)

    def needs_output(self) -> bool:
        return False

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        return gradient if need_input else None

    def forward(self, x: Array, training: bool) -> Array:
        self._input = x
        output: Array = self._output[: len(x)]
        return np.multiply(x, self.scale, out=output)

    def backward(self, gradient: Array) -> Array:
        products = np.multiply(gradient, self._input, out=self._products[: len(gradient)])
        self._scale.gradient[...] = products.sum(dtype=np.float64)
        return np.multiply(gradient, self.scale, out=gradient)

    @property
    def scale(self) -> Array:
        """The learned number, (1,)."""
        return self._scale.value

    def learns(self) -> bool:
        return True
