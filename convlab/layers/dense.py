"""Fully connected layer."""

from typing import Any

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError
from convlab.layers.arena import Arena
from convlab.layers.base import Shape, require_rank
from convlab.layers.builder import DEFAULT, ActivationChoice, Builder, InitializerChoice
from convlab.layers.weighted import WeightedLayer


class Dense(WeightedLayer):
    """Every output is a weighted sum of all inputs: ``y = f(x W^T + b)``.

    Args:
        units: number of outputs K, >= 1.
        activation: name, mapping, `Activation`, None for linear, or ``"default"`` for the experiment's.
        use_bias: whether a bias is added.
        kernel_initializer: name, mapping, function ``(spec, rng)``, or ``"default"`` for the experiment's.
        bias_initializer: the same for the bias.
        trainable: False freezes weight, bias and what the activation learns.
        name: by default ``dense1``, ``dense2``, ...

    Example:
        >>> import convlab
        >>> model = convlab.Model([Dense(10)], input_shape=(64,))
        >>> model.layers[0].weight.shape
        (10, 64)
    """

    kind = "dense"

    def __init__(
        self,
        units: int,
        *,
        activation: ActivationChoice = None,
        use_bias: bool = True,
        kernel_initializer: InitializerChoice = DEFAULT,
        bias_initializer: InitializerChoice = DEFAULT,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            trainable=trainable,
            name=name,
        )
        self.units = units

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        require_rank(self, input_shape, 1, "(C,)")
        if self.units < 1:
            raise ConfigError(f"{self.name}: units must be >= 1, got {self.units}")
        shape = (self.units, input_shape[0])
        self.declare(builder, "dense_weight", shape)
        return (self.units,)

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        activation = self._activation
        self._training_kernel = self._kernel_plan(batch, activation.fused_in_training)
        self._inference_kernel = self._training_kernel
        if activation.fused_in_inference != activation.fused_in_training:
            self._inference_kernel = self._kernel_plan(batch, activation.fused_in_inference)
        self._output = kernels.empty_aligned((batch, self.units), dtype)
        activation.plan(self._output.shape, dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._input_gradient = arena.take((len(gradient), *self.input_shape)) if need_input else None
        return self._input_gradient

    def forward(self, x: Array, training: bool) -> Array:
        kernel = self._training_kernel if training else self._inference_kernel
        output = self._output[: len(x)]
        written = self._activation.target(output, training)
        kernel.forward(_pixels(x), _pixels(self._weight.value), self.bias, _pixels(written))
        self._activation.finish(written, output)
        self._input = x
        return output

    def backward(self, gradient: Array) -> Array | None:
        gradient = self._activation.backward(gradient)
        self.show(self._input, gradient)
        pixels = _pixels(gradient)
        if self.trainable:
            self._training_kernel.backward_weight(
                _pixels(self._input), pixels, _pixels(self._weight.gradient), self.bias_gradient
            )
        if self._input_gradient is None:
            return None
        input_gradient = self._input_gradient[: len(gradient)]
        self._training_kernel.backward_input(pixels, _pixels(self._weight.value), _pixels(input_gradient))
        return input_gradient

    def linear(self, x: Array) -> Array:
        return kernels.dense(x, self._weight.value, self.bias)

    def windows(self, x: Array) -> Array:
        return x[:, None, :]

    def describe(self) -> str:
        return f"{self.units} units, {self._activation.describe()}"

    def _kernel_plan(self, batch: int, activation: Any) -> kernels.Conv2DPlan:
        features = self.input_shape[0]
        return kernels.Conv2DPlan(
            (batch, 1, 1, features), (self.units, 1, 1, features), activation=activation
        )


def _pixels(matrix: Array) -> Array:
    """(rows, columns) seen as (rows, 1, 1, columns): images of one pixel, for a pointwise convolution."""
    return matrix[:, None, None, :]
