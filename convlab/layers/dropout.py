"""Dropout."""

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import Builder
from convlab.seeding import generator


class Dropout(Layer):
    """Sets each value to zero with probability `rate` in training and divides the others by 1 - rate.

    ``y = x * m / (1 - rate)`` with m Bernoulli(1 - rate); the identity in inference. The zeros depend on
    the seed, the layer's name and the number of the training step, so that a resumed run has the same.

    Args:
        rate: probability of a zero, in [0, 1).
        name: by default ``dropout1``, ...

    Example:
        >>> import convlab
        >>> convlab.Model([Dropout(0.5)], input_shape=(10,)).output_shape
        (10,)

    References:
        Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: Dropout, 2014; here the scaling is done in
        training ("inverted dropout"), as in every framework.
    """

    kind = "dropout"

    def __init__(self, rate: float = 0.5, *, name: str | None = None) -> None:
        super().__init__(name)
        self.rate = rate

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        if not 0 <= self.rate < 1:
            raise ConfigError(f"{self.name}: rate must be in [0, 1), got {self.rate}")
        self._clock = builder.clock
        return input_shape

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        return gradient if need_input else None

    def forward(self, x: Array, training: bool) -> Array:
        if not training or self.rate == 0:
            return x
        clock = self._clock
        random = generator(clock.seed, "dropout", self.name, clock.step)
        self._key = int(random.integers(2**64, dtype=np.uint64))
        return kernels.dropout(x, self.rate, self._key, out=self._output[: len(x)])

    def backward(self, gradient: Array) -> Array:
        if self.rate > 0:
            kernels.dropout(gradient, self.rate, self._key, out=gradient)
        return gradient

    def describe(self) -> str:
        return f"rate {self.rate:g}"
