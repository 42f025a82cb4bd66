"""Pooling: maximum and average over windows, average over everything."""

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ShapeError
from convlab.layers.arena import Arena
from convlab.layers.base import Layer, Shape, require_rank
from convlab.layers.builder import Builder
from convlab.layers.conv import Padding, Pair


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
        self._output = np.empty((batch, *self.output_shape), dtype)

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

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        super().plan(batch, dtype)
        self._indices = np.empty(self._output.shape, kernels.pool_index_dtype(self.window))

    def forward(self, x: Array, training: bool) -> Array:
        output = self._output[: len(x)]
        if not training:
            return kernels.max_pool2d(x, self.window, stride=self.stride, padding=self.padding, out=output)
        kernels.max_pool2d_indices(
            x,
            self.window,
            stride=self.stride,
            padding=self.padding,
            out=output,
            out_indices=self._indices[: len(x)],
        )
        return output

    def backward(self, gradient: Array) -> Array | None:
        if self._input_gradient is None:
            return None
        count = len(gradient)
        return kernels.max_pool2d_backward(
            gradient,
            self._indices[:count],
            (count, *self.input_shape),
            self.window,
            stride=self.stride,
            padding=self.padding,
            out=self._input_gradient[:count],
        )


class AveragePool2D(WindowPool):
    """The mean of every window, padding not counted.

    Example:
        >>> import convlab
        >>> convlab.Model([AveragePool2D(2)], input_shape=(28, 28, 8)).output_shape
        (14, 14, 8)
    """

    kind = "average_pool"

    def forward(self, x: Array, training: bool) -> Array:
        return kernels.avg_pool2d(
            x, self.window, stride=self.stride, padding=self.padding, out=self._output[: len(x)]
        )

    def backward(self, gradient: Array) -> Array | None:
        if self._input_gradient is None:
            return None
        count = len(gradient)
        return kernels.avg_pool2d_backward(
            gradient,
            (count, *self.input_shape),
            self.window,
            stride=self.stride,
            padding=self.padding,
            out=self._input_gradient[:count],
        )


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
        self._output = np.empty((batch, *self.output_shape), dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._input_gradient = arena.take((len(gradient), *self.input_shape)) if need_input else None
        return self._input_gradient

    def forward(self, x: Array, training: bool) -> Array:
        return kernels.global_average_pool(x, out=self._output[: len(x)])

    def backward(self, gradient: Array) -> Array | None:
        if self._input_gradient is None:
            return None
        count = len(gradient)
        return kernels.global_average_pool_backward(
            gradient, (count, *self.input_shape), out=self._input_gradient[:count]
        )
