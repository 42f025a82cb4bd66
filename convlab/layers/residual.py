"""Residual blocks."""

from collections.abc import Sequence

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ShapeError
from convlab.layers.applied_activation import AppliedActivation
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape
from convlab.layers.builder import DEFAULT, ActivationChoice, Builder
from convlab.layers.sequential import Sequential


class Residual(Layer):
    """Adds what a branch of layers computes to its input: ``y = f(branch(x) + shortcut(x))``.

    Args:
        branch: layers of the branch.
        shortcut: layers that bring the input to the shape of the branch's output; none for the identity.
        activation: applied to the sum; None for linear, ``"default"`` for the experiment's.
        name: by default ``residual1``, ...

    Example:
        >>> import convlab
        >>> from convlab.layers import Conv2D
        >>> block = Residual([Conv2D(16, 3, padding="same")])
        >>> convlab.Model([block], input_shape=(8, 8, 16)).output_shape
        (8, 8, 16)

    References:
        He, Zhang, Ren, Sun: Deep residual learning for image recognition, 2015, equations 1 and 2.
    """

    kind = "residual"

    def __init__(
        self,
        branch: Sequence[Layer],
        shortcut: Sequence[Layer] = (),
        *,
        activation: ActivationChoice = DEFAULT,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        self.branch = Sequential(branch)
        self.shortcut = Sequential(shortcut)
        self.activation_choice = activation

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        with builder.residual_branch():
            output_shape = self.branch.build(input_shape, builder)
        waiting = builder.take_waiting()
        beside = self.shortcut.build(input_shape, builder)
        builder.wait_also(waiting)
        if beside != output_shape:
            raise ShapeError(
                f"{self.name}: the branch gives {output_shape}, the shortcut {beside}; "
                "give shortcut= a 1x1 convolution with the branch's filters and stride"
            )
        self._activation = AppliedActivation(
            builder.activation(self.name, self.activation_choice, output_shape[-1]), builder.dtype
        )
        self._derivative_before = kernels.activation_plan("linear")
        return output_shape

    def join(self, previous: Layer) -> None:
        """Takes over the derivative of an activation in front, so that it costs no pass of its own."""
        activation = previous.ending()
        derivative = None if activation is None else activation.hand_on()
        self._derivative_before = derivative or kernels.activation_plan("linear")

    def ending(self) -> AppliedActivation | None:
        return self._activation

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        self.branch.plan(batch, dtype)
        self.shortcut.plan(batch, dtype)
        self._output: Array | None = None
        if self.branch.needs_output():
            self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)
        self._activation.plan((batch, *self.output_shape), dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        # Both paths may write over the gradient they are given, so the shortcut gets a copy, unless the
        # branch can do without.
        keeps = self.branch.keep_gradient()
        self._copy = None if keeps else arena.take(gradient.shape)
        beside = gradient if self._copy is None else self._copy
        through_branch = self.branch.plan_backward(arena, gradient, need_input, keep=keeps)
        through_shortcut = self.shortcut.plan_backward(arena, beside, need_input)
        if through_shortcut is not None:
            arena.give(through_shortcut)
        if through_shortcut is None or not np.may_share_memory(through_shortcut, beside):
            arena.give(beside)
        return through_branch

    def forward(self, x: Array, training: bool) -> Array:
        through_branch, through_shortcut = (
            self.branch.forward(x, training),
            self.shortcut.forward(x, training),
        )
        output = through_branch if self._output is None else self._output[: len(x)]
        self._input = x
        return self._activation.apply_to_sum(through_branch, through_shortcut, output)

    def backward(self, gradient: Array) -> Array | None:
        gradient = beside = self._activation.backward(gradient)
        if self._copy is not None:
            beside = self._copy[: len(gradient)]
            beside[...] = gradient
        through_branch, through_shortcut = self.branch.backward(gradient), self.shortcut.backward(beside)
        if through_branch is None or through_shortcut is None:
            return None
        self._derivative_before.sum_backward(self._input, through_branch, through_shortcut, through_branch)
        return through_branch

    def sublayers(self) -> Sequence[Layer]:
        return [*self.branch.layers, *self.shortcut.layers]

    def learns(self) -> bool:
        return self._activation.learns() or super().learns()

    def describe(self) -> str:
        shortcut = "identity" if not self.shortcut.layers else "projection"
        return f"{shortcut} shortcut, {self._activation.describe()}"
