"""Fully connected layer."""

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
        trainable: False freezes weight and bias.
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
        self._output = np.empty((batch, self.units), dtype)
        self._activation.plan(self._output.shape, dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._input_gradient = arena.take((len(gradient), *self.input_shape)) if need_input else None
        return self._input_gradient

    def forward(self, x: Array, training: bool) -> Array:
        activation = self._activation
        fused = activation.fused_in_training if training else activation.fused_in_inference
        output = self._output[: len(x)]
        written = activation.target(output, training)
        kernels.dense(x, self._weight.value, self.bias, activation=fused, out=written)
        activation.finish(written, output)
        self._input = x
        return output

    def backward(self, gradient: Array) -> Array | None:
        gradient = self._activation.backward(gradient)
        if self.trainable:
            kernels.dense_backward_weight(
                self._input, gradient, out=self._weight.gradient, out_bias=self.bias_gradient
            )
        if self._input_gradient is None:
            return None
        return kernels.dense_backward_input(
            gradient, self._weight.value, out=self._input_gradient[: len(gradient)]
        )

    def describe(self) -> str:
        return f"{self.units} units, {self._activation.describe()}"
