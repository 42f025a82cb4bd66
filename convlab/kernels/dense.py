"""Dense (fully connected) layers: pointwise convolutions of images of one pixel."""

from convlab.errors import ShapeError
from convlab.kernels.arguments import (
    Activation,
    FloatArray,
    check_rank,
    check_shape,
    float_array,
    output_array,
)
from convlab.kernels.conv2d import conv2d, conv2d_backward_input, conv2d_backward_weight


def dense(
    x: FloatArray,
    w: FloatArray,
    bias: FloatArray | None = None,
    *,
    activation: Activation | None = None,
    out: FloatArray | None = None,
) -> FloatArray:
    """Multiplies rows of features with a matrix of weights.

    ``y[n,k] = phi(bias[k] + sum over c of x[n,c] * w[k,c])``

    Args:
        x: features, (n, c), float32 or float64.
        w: weights, (k, c), of x's dtype.
        bias: (k,), or None.
        activation: None, a name, (name, parameters) or a plan: phi.
        out: where to write, (n, k), contiguous, of x's dtype, apart from all inputs.

    Returns:
        y, (n, k).

    Raises:
        ShapeError: arrays that do not fit each other.
        ConfigError: an unknown activation or parameter.

    Example:
        >>> import numpy as np
        >>> dense(np.ones((1, 3), np.float32), np.ones((2, 3), np.float32)).tolist()
        [[3.0, 3.0]]
    """
    x, w = _matrix("dense", "x", x, "(n, c)"), _matrix("dense", "w", w, "(k, c)")
    if x.shape[1] != w.shape[1]:
        raise ShapeError(
            f"dense: w expects {w.shape[1]} features, x has {x.shape[1]} "
            f"(x.shape={x.shape}, w.shape={w.shape})"
        )
    w = float_array("dense", "w", w, x)
    inputs = {"x": x, "w": w}
    if bias is not None:
        bias = inputs["bias"] = float_array("dense", "bias", bias, x)
        check_shape("dense", "bias", bias.shape, w.shape[:1])
    out = output_array("dense", "out", out, (x.shape[0], w.shape[0]), inputs)
    conv2d(_pixels(x), _pixels(w), bias, activation=activation, out=_pixels(out))
    return out


def dense_backward_input(grad: FloatArray, w: FloatArray, *, out: FloatArray | None = None) -> FloatArray:
    """The gradient of a dense layer's input, given that of its output.

    ``dx[n,c] = sum over k of grad[n,k] * w[k,c]``

    Args:
        grad: gradient of y, (n, k), float32 or float64.
        w: weights, (k, c), of grad's dtype.
        out: where to write, (n, c).

    Returns:
        dx, (n, c).

    Raises:
        ShapeError: arrays that do not fit each other.

    Example:
        >>> import numpy as np
        >>> dense_backward_input(np.ones((1, 2), np.float32), np.ones((2, 3), np.float32)).tolist()
        [[2.0, 2.0, 2.0]]
    """
    function = "dense_backward_input"
    grad, w = _matrix(function, "grad", grad, "(n, k)"), _matrix(function, "w", w, "(k, c)")
    if grad.shape[1] != w.shape[0]:
        raise ShapeError(
            f"{function}: w has {w.shape[0]} outputs, grad has {grad.shape[1]} "
            f"(grad.shape={grad.shape}, w.shape={w.shape})"
        )
    w = float_array(function, "w", w, grad)
    shape = (grad.shape[0], w.shape[1])
    out = output_array(function, "out", out, shape, {"grad": grad, "w": w})
    conv2d_backward_input(_pixels(grad), _pixels(w), (shape[0], 1, 1, shape[1]), out=_pixels(out))
    return out


def dense_backward_weight(
    x: FloatArray,
    grad: FloatArray,
    *,
    out: FloatArray | None = None,
    out_bias: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """The gradients of a dense layer's weights and bias, given that of its output.

    ``dw[k,c] = sum over n of grad[n,k] * x[n,c]``; ``db[k] = sum over n of grad[n,k]``

    Args:
        x: features, (n, c), float32 or float64.
        grad: gradient of y, (n, k), of x's dtype.
        out: where to write dw, (k, c).
        out_bias: where to write db, (k,).

    Returns:
        dw and db; the same bits for every number of threads.

    Raises:
        ShapeError: arrays that do not fit each other.

    Example:
        >>> import numpy as np
        >>> dw, db = dense_backward_weight(np.ones((4, 2), np.float32), np.ones((4, 1), np.float32))
        >>> dw.tolist(), db.tolist()
        ([[4.0, 4.0]], [4.0])
    """
    function = "dense_backward_weight"
    x, grad = _matrix(function, "x", x, "(n, c)"), _matrix(function, "grad", grad, "(n, k)")
    if x.shape[0] != grad.shape[0]:
        raise ShapeError(
            f"{function}: x has {x.shape[0]} rows, grad has {grad.shape[0]} "
            f"(x.shape={x.shape}, grad.shape={grad.shape})"
        )
    grad = float_array(function, "grad", grad, x)
    inputs = {"x": x, "grad": grad}
    out = output_array(function, "out", out, (grad.shape[1], x.shape[1]), inputs)
    out_bias = output_array(function, "out_bias", out_bias, grad.shape[1:], {**inputs, "out": out})
    shape = (out.shape[0], 1, 1, out.shape[1])
    conv2d_backward_weight(_pixels(x), _pixels(grad), shape, out=_pixels(out), out_bias=out_bias)
    return out, out_bias


def _matrix(function: str, name: str, value: FloatArray, axes: str) -> FloatArray:
    """The value as an exact array of two axes, none but the batch empty."""
    array = float_array(function, name, value)
    check_rank(function, name, array.shape, axes)
    if 0 in array.shape[1:] or (axes[1] != "n" and 0 in array.shape):
        raise ShapeError(f"{function}: {name} must have no empty axis {axes}, got {name}.shape={array.shape}")
    return array


def _pixels(matrix: FloatArray) -> FloatArray:
    """(rows, columns) seen as (rows, 1, 1, columns)."""
    return matrix.reshape(matrix.shape[0], 1, 1, matrix.shape[1])
