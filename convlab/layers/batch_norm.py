"""Batch normalization."""

from collections.abc import Mapping

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import Builder


class BatchNorm(Layer):
    """Normalizes every channel over the batch, then scales and shifts it.

    ``y = scale * (x - mean) / sqrt(variance + epsilon) + shift``, with the batch's mean and (biased)
    variance in training and running ones in inference. The running variance takes the unbiased estimate,
    as in PyTorch; Keras takes the biased one.

    Args:
        momentum: share of the old running statistics that is kept at each step, in [0, 1). PyTorch calls
            1 - momentum momentum; its default 0.1 is 0.9 here. Keras' default is 0.99.
        epsilon: added to the variance, > 0. PyTorch's default; Keras' is 1e-3.
        name: by default ``batch_norm1``, ...

    Example:
        >>> import convlab
        >>> model = convlab.Model([BatchNorm()], input_shape=(8, 8, 16))
        >>> model.layers[0].scale.shape
        (16,)

    References:
        Ioffe, Szegedy: Batch normalization, 2015, algorithms 1 and 2.
    """

    kind = "batch_norm"

    def __init__(self, *, momentum: float = 0.9, epsilon: float = 1e-5, name: str | None = None) -> None:
        super().__init__(name)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        if not (0 <= self.momentum < 1 and self.epsilon > 0):
            raise ConfigError(
                f"{self.name}: momentum must be in [0, 1) and epsilon > 0, "
                f"got momentum={self.momentum}, epsilon={self.epsilon}"
            )
        channels = input_shape[-1]
        self._scale = builder.channel_parameter(self.name, "scale", channels, "ones")
        self._shift = builder.channel_parameter(self.name, "shift", channels, "zeros")
        self.running_mean: Array = np.zeros(channels, np.float32)
        self.running_variance: Array = np.ones(channels, np.float32)
        return input_shape

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        self._output = np.empty((batch, *self.output_shape), dtype)
        if self.running_mean.dtype != dtype:
            self.running_mean = self.running_mean.astype(dtype)
            self.running_variance = self.running_variance.astype(dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._input_gradient = arena.take((len(gradient), *self.input_shape))
        return self._input_gradient if need_input else None

    def forward(self, x: Array, training: bool) -> Array:
        output = self._output[: len(x)]
        scale, shift = self._scale.value, self._shift.value
        if not training:
            return kernels.batch_norm_inference(
                x, scale, shift, self.running_mean, self.running_variance, epsilon=self.epsilon, out=output
            )
        _, self._mean, self._inverse_std = kernels.batch_norm_forward(
            x, scale, shift, epsilon=self.epsilon, out=output
        )
        self._follow(x.size // x.shape[-1])
        self._input = x
        return output

    def backward(self, gradient: Array) -> Array | None:
        input_gradient = self._input_gradient[: len(gradient)]
        _, scale_gradient, shift_gradient = kernels.batch_norm_backward(
            self._input, gradient, self._scale.value, self._mean, self._inverse_std, out=input_gradient
        )
        self._scale.gradient[...] = scale_gradient
        self._shift.gradient[...] = shift_gradient
        return input_gradient

    @property
    def scale(self) -> Array:
        """The learned factor of every channel, (C,)."""
        return self._scale.value

    @property
    def shift(self) -> Array:
        """The learned offset of every channel, (C,)."""
        return self._shift.value

    def state(self) -> Mapping[str, Array]:
        return {"running_mean": self.running_mean, "running_variance": self.running_variance}

    def learns(self) -> bool:
        return True

    def _follow(self, count: int) -> None:
        """Moves the running statistics towards those of a batch of `count` values a channel."""
        variance = self._inverse_std**-2.0 - self.epsilon
        unbiased = variance * (count / max(1, count - 1))
        rate = 1.0 - self.momentum
        self.running_mean += rate * (self._mean - self.running_mean)
        self.running_variance += rate * (unbiased - self.running_variance)
