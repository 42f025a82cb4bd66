"""Multiplication by a fixed number."""

import math

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import Builder


class Scale(Layer):
    """Multiplies every value by a number that is not learned: ``y = factor x``.

    Args:
        factor: finite, not zero.
        name: by default ``scale1``, ...

    Example:
        >>> import convlab
        >>> convlab.Model([Scale(0.5)], input_shape=(2,)).predict(np.ones((1, 2), np.float32)).tolist()
        [[0.5, 0.5]]
    """

    kind = "scale"

    def __init__(self, factor: float, *, name: str | None = None) -> None:
        super().__init__(name)
        self.factor = factor

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        if not math.isfinite(self.factor) or self.factor == 0:
            raise ConfigError(f"{self.name}: factor must be finite and not zero, got {self.factor}")
        return input_shape

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        return gradient if need_input else None

    def forward(self, x: Array, training: bool) -> Array:
        output: Array = self._output[: len(x)]
        return np.multiply(x, self.factor, out=output)

    def backward(self, gradient: Array) -> Array:
        return np.multiply(gradient, self.factor, out=gradient)

    def describe(self) -> str:
        return f"factor {self.factor:g}"
