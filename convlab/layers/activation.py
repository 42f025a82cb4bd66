"""An activation as a layer of its own."""

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.layers.applied_activation import AppliedActivation
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import DEFAULT, ActivationChoice, Builder


class Activation(Layer):
    """Applies an activation to every value.

    Use `activation=` of `Conv2D` and `Dense` where the activation follows directly: that costs no pass of
    its own.

    Args:
        activation: name, mapping, activation object, or ``"default"`` for the experiment's.
        name: by default ``activation1``, ...

    Example:
        >>> import convlab
        >>> convlab.Model([Activation("relu")], input_shape=(8, 8, 16)).output_shape
        (8, 8, 16)
    """

    kind = "activation"

    def __init__(self, activation: ActivationChoice = DEFAULT, *, name: str | None = None) -> None:
        super().__init__(name)
        self.activation_choice = activation

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        self._activation = AppliedActivation(
            builder.activation(self.name, self.activation_choice, input_shape[-1]), builder.dtype
        )
        self._absorbed = False
        return input_shape

    def join(self, previous: Layer) -> None:
        self._absorbed = previous.absorb(self._activation)

    def ending(self) -> AppliedActivation | None:
        return None if self._absorbed else self._activation

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        if self._absorbed:
            return
        self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)
        self._activation.plan_alone(self._output.shape, dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        return gradient if need_input else None

    def forward(self, x: Array, training: bool) -> Array:
        if self._absorbed:
            return x
        return self._activation.apply(x, self._output[: len(x)])

    def backward(self, gradient: Array) -> Array:
        return gradient if self._absorbed else self._activation.backward(gradient)

    def learns(self) -> bool:
        return self._activation.learns()

    def describe(self) -> str:
        return self._activation.describe()
