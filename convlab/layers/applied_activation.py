"""An activation at the end of a layer: fused into the kernel where possible, with its way back."""

from collections.abc import Mapping

import numpy as np

from convlab import kernels
from convlab.contracts.activation import Activation
from convlab.contracts.parameter import Array

KernelActivation = tuple[str, Mapping[str, float]]


class AppliedActivation:
    """Carries a layer's activation through training and inference.

    In inference a native activation is always fused. In training it is fused if its derivative can be
    computed from the output; otherwise the values before the activation are kept in a buffer of their own.

    Args:
        activation: None for linear.
    """

    def __init__(self, activation: Activation | None) -> None:
        self.activation = activation
        self._native: KernelActivation | None = None
        self._keeps_input = False
        if activation is not None and activation.native is not None:
            self._native = (activation.native, dict(activation.native_parameters))
            self._keeps_input = kernels.activation_saves(activation.native, **self._native[1]) == "input"
        elif activation is not None:
            self._keeps_input = True
        self._before: Array | None = None
        self._derivative: Array | None = None
        self._saved: Array | None = None

    @property
    def fused_in_inference(self) -> KernelActivation | None:
        """What the kernel in front applies in inference."""
        return self._native

    @property
    def fused_in_training(self) -> KernelActivation | None:
        """What the kernel in front applies in training."""
        return None if self._keeps_input else self._native

    def plan(self, shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> None:
        """Makes the buffers for outputs of the shape, batch included."""
        if self._keeps_input:
            self._before = np.empty(shape, dtype)
        if self.activation is not None and self._native is None:
            self._derivative = np.empty(shape, dtype)

    def plan_alone(self, shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> None:
        """As `plan`, for an activation that no kernel in front can apply: `apply` is used."""
        if self.activation is not None and self._native is None:
            self._derivative = np.empty(shape, dtype)

    def apply(self, x: Array, output: Array) -> Array:
        """Writes f(x) to `output` and returns it; for linear, returns x itself."""
        if self.activation is None:
            return x
        if self._native is not None:
            name, parameters = self._native
            kernels.activation_forward(x, name, out=output, **parameters)
        else:
            self.activation.value(x, output)
        self._saved = x if self._keeps_input else output
        return output

    def target(self, output: Array, training: bool) -> Array:
        """Where the kernel in front writes: the output itself, or the buffer before the activation."""
        fused = self.fused_in_training if training else self.fused_in_inference
        if self.activation is None or fused is not None:
            return output
        assert self._before is not None
        return self._before[: len(output)]

    def finish(self, written: Array, output: Array) -> None:
        """Applies the activation if the kernel in front has not, and keeps what the way back needs."""
        if written is output:
            self._saved = output
        else:
            self.apply(written, output)

    def backward(self, gradient: Array) -> Array:
        """Multiplies the gradient by the derivative, in place."""
        if self.activation is None:
            return gradient
        assert self._saved is not None
        if self._native is not None:
            name, parameters = self._native
            kernels.activation_backward(self._saved, gradient, name, out=gradient, **parameters)
        else:
            assert self._derivative is not None
            derivative = self._derivative[: len(gradient)]
            self.activation.derivative(self._saved, derivative)
            np.multiply(gradient, derivative, out=gradient)
        return gradient

    def describe(self) -> str:
        """The activation's name for a summary."""
        if self.activation is None:
            return "linear"
        return self.activation.native or type(self.activation).__name__.lower()
