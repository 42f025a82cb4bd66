"""Pooling: maximum and average over windows, average over everything."""

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ShapeError
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape, require_rank
from convlab.layers.builder import Builder
from convlab.layers.conv import Padding, Pair


def as_pair(value: Pair) -> tuple[int, int]:
    """One number for both directions, or two."""
    return (value, value) if isinstance(value, int) else value


class WindowPool(Layer):
    """What pooling layers over windows share.

    Args:
        window: height and width of the window, >= 1.
        stride: step between windows; the window's size by default.
        padding: as for `Conv2D`; what is added is never chosen by a maximum nor counted by an average.
        name: by default the kind and a number.
    """

    def __init__(
        self, window: Pair = 2, *, stride: Pair | None = None, padding: Padding = 0, name: str | None = None
    ) -> None:
        super().__init__(name)
        self.window = window
        self.stride = stride
        self.padding = padding

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        require_rank(self, input_shape, 3, "(H, W, C)")
        try:
            return kernels.pool2d_output_shape(
                (1, *input_shape), self.window, stride=self.stride, padding=self.padding
            )[1:]
        except ShapeError as error:
            raise ShapeError(f"{self.name}: {error}") from None

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)
        self._kernel = kernels.pool_plan(
            (batch, *self.input_shape), self.window, stride=self.stride, padding=self.padding
        )

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._input_gradient = arena.take((len(gradient), *self.input_shape)) if need_input else None
        return self._input_gradient

    def describe(self) -> str:
        return f"window {self.window}"


class MaxPool2D(WindowPool):
    """The largest value of every window: ``y = max_{r,s} x[h*stride + r, w*stride + s]``.

    The gradient goes to the place of the maximum, the first one where several are equal.

    Example:
        >>> import convlab
        >>> convlab.Model([MaxPool2D(2)], input_shape=(28, 28, 8)).output_shape
        (14, 14, 8)
    """

    kind = "max_pool"

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        self._derivative_before: kernels.ActivationPlan | None = None
        return super().build(input_shape, builder)

    def join(self, previous: Layer) -> None:
        """Takes over the derivative of an activation in front: it is needed where the maxima are only."""
        activation = previous.ending()
        if activation is not None and self._windows_are_apart():
            self._derivative_before = activation.hand_on()

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        super().plan(batch, dtype)
        self._indices = np.empty(self._output.shape, kernels.pool_index_dtype(self.window))

    def forward(self, x: Array, training: bool) -> Array:
        output = self._output[: len(x)]
        self._kernel.max_forward(x, output, self._indices[: len(x)] if training else None)
        return output

    def backward(self, gradient: Array) -> Array | None:
        if self._input_gradient is None:
            return None
        count = len(gradient)
        if self._derivative_before is not None:
            self._derivative_before.backward(self._output[:count], gradient, gradient)
        self._kernel.max_backward(gradient, self._indices[:count], self._input_gradient[:count])
        return self._input_gradient[:count]

    def _windows_are_apart(self) -> bool:
        """Whether no place is the maximum of two windows: then the order of both ways back is free."""
        window, stride = as_pair(self.window), as_pair(self.stride or self.window)
        return stride[0] >= window[0] and stride[1] >= window[1]


class AveragePool2D(WindowPool):
    """The mean of every window, padding not counted.

    Example:
        >>> import convlab
        >>> convlab.Model([AveragePool2D(2)], input_shape=(28, 28, 8)).output_shape
        (14, 14, 8)
    """

    kind = "average_pool"

    def forward(self, x: Array, training: bool) -> Array:
        output = self._output[: len(x)]
        self._kernel.avg_forward(x, output)
        return output

    def backward(self, gradient: Array) -> Array | None:
        if self._input_gradient is None:
            return None
        input_gradient = self._input_gradient[: len(gradient)]
        self._kernel.avg_backward(gradient, input_gradient)
        return input_gradient


class GlobalAveragePool(Layer):
    """The mean of every channel over all pixels: (N, H, W, C) becomes (N, C).

    Args:
        name: by default ``global_average_pool1``, ...

    Example:
        >>> import convlab
        >>> convlab.Model([GlobalAveragePool()], input_shape=(8, 8, 64)).output_shape
        (64,)

    References:
        Lin, Chen, Yan: Network in network, 2013, section 3.2.
    """

    kind = "global_average_pool"

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        require_rank(self, input_shape, 3, "(H, W, C)")
        return input_shape[-1:]

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)
        self._kernel = kernels.pool_plan((batch, *self.input_shape), 1)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._input_gradient = arena.take((len(gradient), *self.input_shape)) if need_input else None
        return self._input_gradient

    def forward(self, x: Array, training: bool) -> Array:
        output = self._output[: len(x)]
        self._kernel.global_forward(x, output)
        return output

    def backward(self, gradient: Array) -> Array | None:
        if self._input_gradient is None:
            return None
        input_gradient = self._input_gradient[: len(gradient)]
        self._kernel.global_backward(gradient, input_gradient)
        return input_gradient
