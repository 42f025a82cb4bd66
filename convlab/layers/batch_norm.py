"""Batch normalization."""

from collections.abc import Mapping

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError
from convlab.layers.applied_activation import AppliedActivation
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
        self._absorbed: kernels.ActivationPlan | None = None
        self._in_place = True
        return input_shape

    def absorb(self, activation: AppliedActivation) -> bool:
        self._absorbed = activation.fused_in_inference
        return self._absorbed is not None

    def keep_gradient(self) -> bool:
        self._in_place = False
        return self._absorbed is None

    def needs_output(self) -> bool:
        return False

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)
        self._kernel = kernels.BatchNormPlan(
            self.output_shape[-1], epsilon=self.epsilon, momentum=self.momentum, activation=self._absorbed
        )
        if self.running_mean.dtype != dtype:
            self.running_mean = self.running_mean.astype(dtype)
            self.running_variance = self.running_variance.astype(dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._input_gradient = gradient if self._in_place else arena.take(gradient.shape)
        return self._input_gradient if need_input else None

    def forward(self, x: Array, training: bool) -> Array:
        output = self._output[: len(x)]
        if training:
            self._kernel.forward(x, self.scale, self.shift, output, self.running_mean, self.running_variance)
            self._input = x
        else:
            self._kernel.inference(
                x, self.scale, self.shift, self.running_mean, self.running_variance, output
            )
        return output

    def backward(self, gradient: Array) -> Array | None:
        input_gradient = gradient if self._in_place else self._input_gradient[: len(gradient)]
        self._kernel.backward(
            self._input,
            gradient,
            self.scale,
            self.shift,
            self._scale.gradient,
            self._shift.gradient,
            input_gradient,
        )
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
