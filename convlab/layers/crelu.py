"""The concatenated rectifier."""

import math

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import Builder


class CReLU(Layer):
    """Keeps both signs apart: ``y = [max(0, x), max(0, -x)]``, twice as many channels as x has.

    Args:
        name: by default ``crelu1``, ...

    Example:
        >>> import convlab
        >>> model = convlab.Model([CReLU()], input_shape=(2,))
        >>> model.predict(np.array([[3, -4]], np.float32)).tolist()
        [[3.0, 0.0, 0.0, 4.0]]

    References:
        Shang, Sohn, Almeida, Lee: Understanding and improving convolutional neural networks via concatenated
        rectified linear units, 2016, definition 2.1.
    """

    kind = "crelu"

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        builder.follow(math.sqrt(2.0))  # the mean square of both halves together is that of relu
        return (*input_shape[:-1], 2 * input_shape[-1])

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)
        self._passes = np.empty((batch, *self.output_shape), np.bool_)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._input_gradient = arena.take((len(gradient), *self.input_shape)) if need_input else None
        return self._input_gradient

    def forward(self, x: Array, training: bool) -> Array:
        output, channels = self._output[: len(x)], x.shape[-1]
        np.copyto(output[..., :channels], x)
        np.negative(x, out=output[..., channels:])
        np.maximum(output, 0.0, out=output)
        return output

    def backward(self, gradient: Array) -> Array | None:
        if self._input_gradient is None:
            return None
        count, channels = len(gradient), self.input_shape[-1]
        passes = np.greater(self._output[:count], 0.0, out=self._passes[:count])
        np.multiply(gradient, passes, out=gradient)
        input_gradient: Array = self._input_gradient[:count]
        np.subtract(gradient[..., :channels], gradient[..., channels:], out=input_gradient)
        return input_gradient
