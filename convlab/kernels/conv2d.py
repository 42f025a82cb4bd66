"""Two-dimensional convolution of NHWC arrays: forward, both gradients, and the transposed form."""

from collections.abc import Sequence
from functools import lru_cache

from convlab.errors import ShapeError
from convlab.kernels._conv2d import OPERATIONS, Conv2DPlan, plan_of
from convlab.kernels._elementwise import ActivationPlan
from convlab.kernels.arguments import (
    Activation,
    ConvGeometry,
    FloatArray,
    Padding,
    Pair,
    check_rank,
    check_shape,
    conv_geometry,
    float_array,
    output_array,
    padding_sides,
    pair,
    planned_activation,
    whole_number,
)

# What a convolution does, as `Conv2DPlan.explain` takes it.
CONV2D_OPERATIONS = OPERATIONS

__all__ = [
    "CONV2D_OPERATIONS",
    "Conv2DPlan",
    "conv2d",
    "conv2d_backward_input",
    "conv2d_backward_weight",
    "conv_transpose2d",
]

# Making a plan costs more than finding it again: enough of them for the layers of a network.
PLANS_KEPT = 256


@lru_cache(maxsize=PLANS_KEPT)
def _plan(geometry: ConvGeometry, activation: ActivationPlan | None) -> Conv2DPlan:
    return plan_of(geometry, activation)


def conv2d(
    x: FloatArray,
    w: FloatArray,
    bias: FloatArray | None = None,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
    activation: Activation | None = None,
    out: FloatArray | None = None,
) -> FloatArray:
    """Convolves images with kernels (cross-correlation, as in all neural network libraries).

    ``y[n,o,p,k] = phi(bias[k] + sum over i,j,c of x[n, o*stride - top + i*dilation, ..., c] * w[k,i,j,c])``

    Args:
        x: images, (n, h, w, c), float32 or float64; float64 is computed by the reference.
        w: kernels, (k, r, s, c / groups), of x's dtype.
        bias: (k,), or None.
        stride: >= 1, a number or (vertical, horizontal).
        padding: zeros around x, >= 0: a number, (vertical, horizontal), ((top, bottom), (left, right));
            ``"same"`` for ceil(h / stride) outputs with the odd pixel at bottom and right; ``"valid"`` for 0.
        dilation: >= 1, distance of neighbouring taps.
        groups: >= 1, divides c and k; each group of outputs sees its own group of inputs.
        activation: None, a name, (name, parameters) or a plan: phi, applied while y is still in the cache.
        out: where to write, (n, out_h, out_w, k), contiguous, of x's dtype, apart from all inputs.

    Returns:
        y, (n, out_h, out_w, k).

    Raises:
        ShapeError: arrays or options that do not fit each other.
        ConfigError: an unknown activation or parameter.

    Example:
        >>> import numpy as np
        >>> x, w = np.ones((1, 4, 4, 2), np.float32), np.ones((3, 3, 3, 2), np.float32)
        >>> conv2d(x, w, padding="same")[0, :, :, 0].tolist()[0]
        [8.0, 12.0, 12.0, 8.0]

    References:
        Dumoulin, Visin: A guide to convolution arithmetic for deep learning, 2016, relationship 14.
    """
    x, w = float_array("conv2d", "x", x), float_array("conv2d", "w", w)
    geometry = conv_geometry("conv2d", x.shape, w.shape, stride, padding, dilation, groups)
    w = float_array("conv2d", "w", w, x)
    inputs = {"x": x, "w": w}
    if bias is not None:
        bias = inputs["bias"] = float_array("conv2d", "bias", bias, x)
        check_shape("conv2d", "bias", bias.shape, (geometry.k,))
    phi = planned_activation("conv2d", activation)
    out = output_array("conv2d", "out", out, geometry.output_shape, inputs)
    _plan(geometry, phi).forward(x, w, bias, out)
    return out


def conv2d_backward_input(
    grad: FloatArray,
    w: FloatArray,
    input_shape: Sequence[int],
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
    out: FloatArray | None = None,
) -> FloatArray:
    """The gradient of a convolution's input, given that of its output: the adjoint of `conv2d` in x.

    ``dx[n,h,w,c] = sum of grad[n,o,p,k] * w[k,i,j,c] over k and o*stride - top + i*dilation = h, ...``

    Args:
        grad: gradient of y, (n, out_h, out_w, k), float32 or float64.
        w: kernels, (k, r, s, c / groups), of grad's dtype.
        input_shape: (n, h, w, c).
        stride: as for `conv2d`, like the next three.
        padding: as for `conv2d`.
        dilation: as for `conv2d`.
        groups: as for `conv2d`.
        out: where to write, of input_shape.

    Returns:
        dx, of input_shape.

    Raises:
        ShapeError: arrays or options that do not fit each other.

    Example:
        >>> import numpy as np
        >>> grad, w = np.ones((1, 2, 2, 1), np.float32), np.ones((1, 2, 2, 1), np.float32)
        >>> conv2d_backward_input(grad, w, (1, 3, 3, 1))[0, :, :, 0].tolist()
        [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]

    References:
        Dumoulin, Visin: A guide to convolution arithmetic for deep learning, 2016, section 4.
    """
    function = "conv2d_backward_input"
    grad, w = float_array(function, "grad", grad), float_array(function, "w", w)
    names = ("input", "w")
    geometry = conv_geometry(function, input_shape, w.shape, stride, padding, dilation, groups, names)
    w = float_array(function, "w", w, grad)
    check_shape(function, "grad", grad.shape, geometry.output_shape)
    out = output_array(function, "out", out, geometry.input_shape, {"grad": grad, "w": w})
    _plan(geometry, None).backward_input(grad, w, out)
    return out


def conv2d_backward_weight(
    x: FloatArray,
    grad: FloatArray,
    kernel_shape: Sequence[int],
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
    out: FloatArray | None = None,
    out_bias: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """The gradients of a convolution's kernels and bias, given that of its output.

    ``dw[k,i,j,c] = sum over n,o,p of x[n, o*stride - top + i*dilation, ..., c] * grad[n,o,p,k]``;
    ``db[k] = sum over n,o,p of grad[n,o,p,k]``

    Args:
        x: images, (n, h, w, c), float32 or float64.
        grad: gradient of y, (n, out_h, out_w, k), of x's dtype.
        kernel_shape: (k, r, s, c / groups).
        stride: as for `conv2d`, like the next three.
        padding: as for `conv2d`.
        dilation: as for `conv2d`.
        groups: as for `conv2d`.
        out: where to write dw, of kernel_shape.
        out_bias: where to write db, (k,).

    Returns:
        dw and db; the same bits for every number of threads.

    Raises:
        ShapeError: arrays or options that do not fit each other.

    Example:
        >>> import numpy as np
        >>> x, grad = np.ones((2, 3, 3, 1), np.float32), np.ones((2, 2, 2, 1), np.float32)
        >>> dw, db = conv2d_backward_weight(x, grad, (1, 2, 2, 1))
        >>> dw[0, :, :, 0].tolist(), db.tolist()
        ([[8.0, 8.0], [8.0, 8.0]], [8.0])
    """
    function = "conv2d_backward_weight"
    x, grad = float_array(function, "x", x), float_array(function, "grad", grad)
    names = ("x", "kernel")
    geometry = conv_geometry(function, x.shape, kernel_shape, stride, padding, dilation, groups, names)
    grad = float_array(function, "grad", grad, x)
    check_shape(function, "grad", grad.shape, geometry.output_shape)
    inputs = {"x": x, "grad": grad}
    out = output_array(function, "out", out, geometry.kernel_shape, inputs)
    out_bias = output_array(function, "out_bias", out_bias, (geometry.k,), {**inputs, "out": out})
    _plan(geometry, None).backward_weight(x, grad, out, out_bias)
    return out, out_bias


def conv_transpose2d(
    x: FloatArray,
    w: FloatArray,
    bias: FloatArray | None = None,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    output_padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
    out: FloatArray | None = None,
) -> FloatArray:
    """Transposed convolution: the adjoint in x of the `conv2d` with the same kernels, plus a bias.

    ``out_h = (h - 1) * stride - top - bottom + dilation * (r - 1) + 1 + output_padding``

    Args:
        x: images, (n, h, w, c_in), float32 or float64.
        w: kernels, (c_in, r, s, c_out / groups), of x's dtype.
        bias: (c_out,), or None.
        stride: >= 1, a number or (vertical, horizontal).
        padding: as for `conv2d`: what that convolution adds, this one takes away;
            ``"same"`` gives h * stride.
        output_padding: from 0 to stride - 1: further rows and columns at bottom and right.
        dilation: >= 1, distance of neighbouring taps.
        groups: >= 1, divides c_in and c_out.
        out: where to write, (n, out_h, out_w, c_out).

    Returns:
        y, (n, out_h, out_w, c_out).

    Raises:
        ShapeError: arrays or options that do not fit each other.

    Example:
        >>> import numpy as np
        >>> x, w = np.ones((1, 2, 2, 1), np.float32), np.ones((1, 2, 2, 3), np.float32)
        >>> conv_transpose2d(x, w, stride=2).shape
        (1, 4, 4, 3)

    References:
        Dumoulin, Visin: A guide to convolution arithmetic for deep learning, 2016, relationship 14.
    """
    function = "conv_transpose2d"
    x, w = float_array(function, "x", x), float_array(function, "w", w)
    geometry = _transpose_geometry(x.shape, w.shape, stride, padding, output_padding, dilation, groups)
    w = float_array(function, "w", w, x)
    inputs = {"x": x, "w": w}
    if bias is not None:
        bias = inputs["bias"] = float_array(function, "bias", bias, x)
        check_shape(function, "bias", bias.shape, (geometry.c,))
    out = output_array(function, "out", out, geometry.input_shape, inputs)
    _plan(geometry, None).backward_input(x, w, out, bias)
    return out


def _transpose_geometry(
    x_shape: Sequence[int],
    w_shape: Sequence[int],
    stride: int | Pair,
    padding: Padding,
    output_padding: int | Pair,
    dilation: int | Pair,
    groups: int,
) -> ConvGeometry:
    """The convolution whose adjoint is wanted: its output is x."""
    function = "conv_transpose2d"
    check_rank(function, "x", x_shape, "(n, h, w, c_in)")
    check_rank(function, "w", w_shape, "(c_in, r, s, c_out / groups)")
    if x_shape[3] != w_shape[0]:
        raise ShapeError(
            f"{function}: w expects {w_shape[0]} input channels, x has {x_shape[3]} "
            f"(x.shape={tuple(x_shape)}, w.shape={tuple(w_shape)})"
        )
    groups = whole_number(function, "groups", groups, 1)
    steps, spacing = pair(function, "stride", stride), pair(function, "dilation", dilation)
    extra = pair(function, "output_padding", output_padding, 0)
    if extra[0] >= steps[0] or extra[1] >= steps[1]:
        raise ShapeError(f"{function}: output_padding must be below stride {steps}, got {extra}")
    window = (spacing[0] * (w_shape[1] - 1) + 1, spacing[1] * (w_shape[2] - 1) + 1)
    if padding == "same":
        if extra != (0, 0):
            raise ShapeError(f"{function}: output_padding {extra} has no place beside padding 'same'; use 0")
        sizes = (x_shape[1] * steps[0], x_shape[2] * steps[1])
        sides = padding_sides(function, "same", sizes, window, steps)
    else:
        sides = padding_sides(function, padding, (0, 0), window, steps)
        sizes = (
            (x_shape[1] - 1) * steps[0] + window[0] + extra[0] - sum(sides[0]),
            (x_shape[2] - 1) * steps[1] + window[1] + extra[1] - sum(sides[1]),
        )
    if min(sizes) < 1:
        raise ShapeError(
            f"{function}: padding {sides} leaves nothing of the output, {sizes[0]}x{sizes[1]}; "
            "use less padding"
        )
    input_shape = (x_shape[0], *sizes, w_shape[3] * groups)
    return conv_geometry(function, input_shape, w_shape, steps, sides, spacing, groups, ("the output", "w"))
