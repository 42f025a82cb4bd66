"""An activation at the end of a layer: fused into a neighbour's work where possible, with its way back."""

import numpy as np
import numpy.typing as npt

from convlab import kernels
from convlab.contracts.activation import Activation
from convlab.contracts.parameter import Array
from convlab.layers.compiled_activation import compiled_plan


class AppliedActivation:
    """Carries a layer's activation through training and inference.

    In inference a native or compiled activation is always fused. In training it is fused if its derivative
    can be computed from the output; otherwise the values before the activation have a buffer of their own, in
    which the derivative takes their place. A layer behind may take the derivative over, see `hand_on`.

    Args:
        activation: None for linear.
        dtype: of the model; compiled functions are for float32, and float64 is left to NumPy.
    """

    def __init__(self, activation: Activation | None, dtype: npt.DTypeLike = np.float32) -> None:
        self.activation = activation
        self._plan = None if activation is None else _plan_of(activation, dtype)
        saves_output = self._plan is not None and self._plan.saves == "output"
        self._keeps_input = activation is not None and not saves_output
        self._handed_on = False
        self._before: Array | None = None
        self._derivative: Array | None = None
        self._saved: Array | None = None
        self._slope: Array | None = None

    @property
    def fused_in_inference(self) -> kernels.ActivationPlan | None:
        """What the kernel in front applies in inference."""
        return self._plan

    @property
    def fused_in_training(self) -> kernels.ActivationPlan | None:
        """What the kernel in front applies in training."""
        return None if self._keeps_input else self._plan

    @property
    def changes_gradient(self) -> bool:
        """Whether `backward` writes over the gradient."""
        return self.activation is not None and not self._handed_on

    def hand_on(self) -> kernels.ActivationPlan | None:
        """Leaves the derivative to the layer behind, if it can be computed from this activation's output.

        Returns:
            What that layer has to apply, with the output as what was saved; None if it must not.
        """
        if self._keeps_input or self._plan is None:
            return None
        self._handed_on = True
        return self._plan

    def plan(self, shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> None:
        """Makes the buffers for outputs of the shape, batch included."""
        if self._keeps_input:
            self._before = kernels.empty_aligned(shape, dtype)
        self.plan_alone(shape, dtype)

    def plan_alone(self, shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> None:
        """As `plan`, for an activation that no kernel in front can apply: `apply` is used."""
        if self.activation is not None and self._plan is None:
            self._derivative = kernels.empty_aligned(shape, dtype)

    def apply(self, x: Array, output: Array) -> Array:
        """Writes f(x) to `output` and returns it; for linear, returns x itself."""
        if self.activation is None:
            return x
        if self._plan is not None:
            self._plan.forward(x, output)
        else:
            self.activation.value(x, output)
        self._saved, self._slope = x if self._keeps_input else output, None
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
        elif self._plan is not None:
            self._plan.sloped_forward(written, output, written)
            self._slope = written
        else:
            self.apply(written, output)

    def apply_to_sum(self, a: Array, b: Array, output: Array) -> Array:
        """Writes f(a + b) to `output`, which may be `a`, and returns it."""
        if self._keeps_input or self._plan is None:
            self.finish(np.add(a, b, out=self.target(output, training=True)), output)
            return output
        self._plan.sum_forward(a, b, output)
        self._saved = output
        return output

    def backward(self, gradient: Array) -> Array:
        """Multiplies the gradient by the derivative, in place."""
        if not self.changes_gradient:
            return gradient
        if self._slope is not None:
            assert self._plan is not None
            self._plan.sloped_backward(self._slope, gradient, gradient)
            return gradient
        assert self._saved is not None
        if self._plan is not None:
            self._plan.backward(self._saved, gradient, gradient)
        else:
            assert self._derivative is not None
            assert self.activation is not None
            derivative = self._derivative[: len(gradient)]
            self.activation.backward_parameters(self._saved, gradient, derivative)
            self.activation.derivative(self._saved, derivative)
            np.multiply(gradient, derivative, out=gradient)
        return gradient

    def learns(self) -> bool:
        """Whether the activation has parameters that an optimizer updates."""
        return self.activation is not None and self.activation.learns()

    def describe(self) -> str:
        """The activation's name for a summary."""
        if self.activation is None:
            return "linear"
        return self.activation.native or type(self.activation).__name__.lower()


def _plan_of(activation: Activation, dtype: npt.DTypeLike) -> kernels.ActivationPlan | None:
    """What kernels apply, None where only NumPy can."""
    if activation.native is not None:
        return kernels.activation_plan(activation.native, **activation.native_parameters)
    if activation.compiled is not None and np.dtype(dtype) == np.float32:
        return compiled_plan(activation)
    return None
