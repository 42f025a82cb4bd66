"""Two-dimensional convolution."""

from typing import Any

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError, ShapeError
from convlab.layers.arena import Arena
from convlab.layers.base import Shape, require_rank
from convlab.layers.builder import DEFAULT, ActivationChoice, Builder, InitializerChoice
from convlab.layers.weighted import WeightedLayer

Pair = int | tuple[int, int]
Padding = str | int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]


class Conv2D(WeightedLayer):
    """Convolution with bias and activation, computed as one pass.

    ``y[n, h, w, k] = f(b[k] + sum_{r,s,c} x[n, h*stride + r*dilation - top, ..., c] * weight[k, r, s, c])``:
    a cross-correlation, as in every framework.

    Args:
        filters: number of output channels K, >= 1.
        kernel_size: height and width (R, S), >= 1.
        stride: step between windows, >= 1.
        padding: ``"valid"``, ``"same"``, or zeros at the edges: a number, (vertical, horizontal), or
            ((top, bottom), (left, right)).
        dilation: distance between the taps of the kernel, >= 1.
        groups: number of groups that input and output channels are divided into.
        activation: name, mapping, `Activation`, None for linear, or ``"default"`` for the experiment's.
        use_bias: whether a bias is added.
        kernel_initializer: name, mapping, function ``(spec, rng)``, or ``"default"`` for the experiment's.
        bias_initializer: the same for the bias.
        trainable: False freezes weight, bias and what the activation learns.
        name: by default ``conv1``, ``conv2``, ...

    Example:
        >>> import convlab
        >>> model = convlab.Model([Conv2D(8, 3, activation="relu")], input_shape=(28, 28, 1))
        >>> model.layers[0].weight.shape, model.output_shape
        ((8, 3, 3, 1), (26, 26, 8))

    References:
        LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998.
    """

    kind = "conv"

    def __init__(
        self,
        filters: int,
        kernel_size: Pair,
        *,
        stride: Pair = 1,
        padding: Padding = "valid",
        dilation: Pair = 1,
        groups: int = 1,
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
        self.filters = filters
        self.kernel_size = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
        self.geometry: dict[str, Any] = {
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "groups": groups,
        }

    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        require_rank(self, input_shape, 3, "(H, W, C)")
        groups = self.geometry["groups"]
        if min(self.filters, groups, *self.kernel_size) < 1:
            raise ConfigError(
                f"{self.name}: filters, kernel_size and groups must be >= 1, "
                f"got filters={self.filters}, kernel_size={self.kernel_size}, groups={groups}"
            )
        if input_shape[-1] % groups:
            raise ShapeError(
                f"{self.name}: input channels (={input_shape[-1]}) must divide by groups (={groups})"
            )
        shape = (self.filters, *self.kernel_size, input_shape[-1] // groups)
        self.declare(builder, "conv_weight", shape, groups)
        self.output_shape = self._kernel_plan(1, input_shape, None).output_shape[1:]
        return self.output_shape

    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        activation = self._activation
        self._training_kernel = self._kernel_plan(batch, self.input_shape, activation.fused_in_training)
        self._inference_kernel = self._training_kernel
        if activation.fused_in_inference != activation.fused_in_training:
            self._inference_kernel = self._kernel_plan(batch, self.input_shape, activation.fused_in_inference)
        self._output = kernels.empty_aligned((batch, *self.output_shape), dtype)
        activation.plan(self._output.shape, dtype)

    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        self._input_gradient = arena.take((len(gradient), *self.input_shape)) if need_input else None
        return self._input_gradient

    def forward(self, x: Array, training: bool) -> Array:
        kernel = self._training_kernel if training else self._inference_kernel
        output = self._output[: len(x)]
        written = self._activation.target(output, training)
        kernel.forward(x, self._weight.value, self.bias, written)
        self._activation.finish(written, output)
        self._input = x
        return output

    def backward(self, gradient: Array) -> Array | None:
        gradient = self._activation.backward(gradient)
        self.show(self._input, gradient)
        if self.trainable:
            self._training_kernel.backward_weight(
                self._input, gradient, self._weight.gradient, self.bias_gradient
            )
        if self._input_gradient is None:
            return None
        input_gradient = self._input_gradient[: len(gradient)]
        self._training_kernel.backward_input(gradient, self._weight.value, input_gradient)
        return input_gradient

    def linear(self, x: Array) -> Array:
        return kernels.conv2d(x, self._weight.value, self.bias, **self.geometry)

    def windows(self, x: Array) -> Array | None:
        geometry = self._training_kernel.geometry
        if geometry.groups > 1:
            return None
        rows, columns = (geometry.pad_top, geometry.pad_bottom), (geometry.pad_left, geometry.pad_right)
        padded = np.pad(x, ((0, 0), rows, columns, (0, 0)))
        down, right = geometry.dilation
        reach = (down * (geometry.r - 1) + 1, right * (geometry.s - 1) + 1)
        views = np.lib.stride_tricks.sliding_window_view(padded, reach, (1, 2))  # (N, H, W, C, R, S)
        views = views[:, :: geometry.stride[0], :: geometry.stride[1], :, ::down, ::right]
        taps: Array = views.transpose(0, 1, 2, 4, 5, 3).reshape(
            len(x), -1, geometry.r * geometry.s * geometry.c
        )
        return taps

    def describe(self) -> str:
        rows, columns = self.kernel_size
        return f"{self.filters} filters {rows}x{columns}, {self._activation.describe()}"

    def _kernel_plan(self, batch: int, input_shape: Shape, activation: Any) -> kernels.Conv2DPlan:
        try:
            return kernels.Conv2DPlan(
                (batch, *input_shape), self._weight.shape, activation=activation, **self.geometry
            )
        except ShapeError as error:
            raise ShapeError(f"{self.name}: {error}") from None
