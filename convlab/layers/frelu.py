"""The funnel activation."""

from collections.abc import Sequence

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape, require_rank
from convlab.layers.batch_norm import BatchNorm
from convlab.layers.builder import DEFAULT, Builder, InitializerChoice
from convlab.layers.conv import Conv2D
from convlab.layers.sequential import Sequential


class FReLU(Layer):
    """A rectifier whose threshold looks around: ``y = max(x, T(x))``, T a learned filter for each channel.

    T is a depthwise convolution with batch normalization, in place of relu's 0. Where both are equal the
    gradient goes to x.

    Args:
        kernel_size: height and width of the filters, odd, >= 1.
        batch_norm: whether T is normalized, as published; without it, it has a bias.
        kernel_initializer: name, mapping, function ``(spec, rng)``, or ``"default"`` for the experiment's.
        name: by default ``frelu1``, ...

    Example:
        >>> import convlab
        >>> model = convlab.Model([FReLU()], input_shape=(8, 8, 16))
        >>> model.output_shape, model.layers[0].sublayers()[0].weight.shape
        ((8, 8, 16), (16, 3, 3, 1))

    References:
        Ma, Zhang, Sun: Funnel activation for visual recognition, 2020, section 3.1, whose filters begin as
        normal values.
    """

    kind = "frelu"

    def __init__(
        self,
        kernel_size: int = 3,
        *,
        batch_norm: bool = True,
        kernel_initializer: InitializerChoice = DEFAULT,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        self.kernel_size = kernel_size
        self._conv = Conv2D(
            1, kernel_size, padding="same", use_bias=not batch_norm, kernel_initializer=kernel_initializer
        )
        self.threshold = Sequential([self._conv, BatchNorm()] if batch_norm else [self._conv])

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        require_rank(self, input_shape, 3, "(H, W, C)")
        if self.kernel_size < 1 or self.kernel_size % 2 == 0:
            raise ConfigError(f"{self.name}: kernel_size must be odd and >= 1, got {self.kernel_size}")
        # E[max(x, t)^2] = (E[x^2] + E[t^2])/2, which is 1 for a threshold as wide as x.
        builder.follow(1.0)
        self._conv.filters = self._conv.geometry["groups"] = input_shape[-1]
        output_shape = self.threshold.build(input_shape, builder)
        builder.follow(1.0)
        return output_shape

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        self.threshold.plan(batch, dtype)
        shape = (batch, *self.output_shape)
        self._output = kernels.empty_aligned(shape, dtype)
        self._is_below = np.empty(shape, np.bool_)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._to_threshold = arena.take(gradient.shape)
        through = self.threshold.plan_backward(arena, self._to_threshold, need_input)
        if through is not None:
            arena.give(through)
        arena.give(self._to_threshold)
        return gradient if need_input else None

    def forward(self, x: Array, training: bool) -> Array:
        threshold = self.threshold.forward(x, training)
        output: Array = self._output[: len(x)]
        if training:
            np.less(x, threshold, out=self._is_below[: len(x)])
        return np.maximum(x, threshold, out=output)

    def backward(self, gradient: Array) -> Array | None:
        is_below, to_threshold = self._is_below[: len(gradient)], self._to_threshold[: len(gradient)]
        np.multiply(gradient, is_below, out=to_threshold)
        through = self.threshold.backward(to_threshold)
        if through is None:
            return None
        np.copyto(gradient, 0.0, where=is_below)
        return np.add(gradient, through, out=gradient)

    def sublayers(self) -> Sequence[Layer]:
        return self.threshold.layers

    def describe(self) -> str:
        return f"threshold {self.kernel_size}x{self.kernel_size}"
