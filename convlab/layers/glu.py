"""Gated linear units."""

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ShapeError
from convlab.layers.applied_activation import AppliedActivation
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import ActivationChoice, Builder


class GLU(Layer):
    """Weighs the first half of the channels by the second: ``[a, b] = x``, ``y = a f(b)``.

    With the sigmoid it is the gated linear unit, with ``"gelu"`` GEGLU, with ``"silu"`` SwiGLU, with None the
    bilinear unit.

    Args:
        gate: f: name, mapping, `Activation`, None for linear, or ``"default"`` for the experiment's.
        name: by default ``glu1``, ...

    Example:
        >>> import convlab
        >>> model = convlab.Model([GLU()], input_shape=(2,))
        >>> model.predict(np.array([[8, 0]], np.float32)).tolist()
        [[4.0]]

    References:
        Dauphin, Fan, Auli, Grangier: Language modeling with gated convolutional networks, 2016, equation 1.
        Shazeer: GLU variants improve transformer, 2020. The gate is the second half, as in PyTorch, JAX and
        Keras; Shazeer writes it first.
    """

    kind = "glu"

    def __init__(self, gate: ActivationChoice = "sigmoid", *, name: str | None = None) -> None:
        super().__init__(name)
        self.gate_choice = gate

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        if input_shape[-1] % 2:
            raise ShapeError(f"{self.name}: input channels (={input_shape[-1]}) must divide by 2")
        channels = input_shape[-1] // 2
        # E[(a f(b))^2] = E[f(b)^2] for independent normal a and b, so that the gate's gain is the layer's.
        gate = builder.activation(self.name, self.gate_choice, channels)
        self._gate = AppliedActivation(gate, builder.dtype)
        builder.follow(1.0)  # where there is no gate
        return (*input_shape[:-1], channels)

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        shape = (batch, *self.output_shape)
        self._output, self._before, self._share = (kernels.empty_aligned(shape, dtype) for _ in range(3))
        self._gate.plan_alone(shape, dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._needs_input = need_input
        self._input_gradient = arena.take((len(gradient), *self.input_shape))
        return self._input_gradient if need_input else None

    def forward(self, x: Array, training: bool) -> Array:
        count = len(x)
        self._weighed, gate = np.split(x, 2, axis=-1)
        np.copyto(self._before[:count], gate)
        self._applied = self._gate.apply(self._before[:count], self._share[:count])
        output: Array = self._output[:count]
        np.multiply(self._weighed, self._applied, out=output)
        return output

    def backward(self, gradient: Array) -> Array | None:
        input_gradient = self._input_gradient[: len(gradient)]
        to_weighed, to_gate = np.split(input_gradient, 2, axis=-1)
        np.multiply(gradient, self._applied, out=to_weighed)
        np.multiply(gradient, self._weighed, out=gradient)
        np.copyto(to_gate, self._gate.backward(gradient))
        return input_gradient if self._needs_input else None

    def learns(self) -> bool:
        return self._gate.learns()

    def describe(self) -> str:
        return f"gate {self._gate.describe()}"
