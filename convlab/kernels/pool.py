"""Pooling of NHWC arrays: maximum and mean over windows, mean over whole images, and their gradients."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.errors import ShapeError
from convlab.kernels.arguments import Padding, Pair
from convlab.kernels.buffers import Array, input_floats, output_array, refuse_overlap
from convlab.kernels.pool_geometry import checked_geometry, checked_gradient, checked_image


def max_pool2d(
    x: npt.ArrayLike,
    window: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    out: npt.NDArray[Any] | None = None,
) -> Array:
    """The largest value of every window.

    ``y[n,i,j,c] = max over r,s of x[n, i*stride - top + r, j*stride - left + s, c]``; padding is never the
    maximum, NaN always is.

    Args:
        x: images, (n, h, w, c), float32 or float64; float64 is computed by the reference.
        window: height and width, >= 1, a number or (vertical, horizontal).
        stride: >= 1, like window; the window's size by default.
        padding: as for `conv2d`, on each side less than the window.
        out: where to write, of the output's shape and x's dtype.

    Returns:
        y, (n, oh, ow, c).

    Raises:
        ShapeError: arrays or sizes that do not fit each other, or out overlaps x.

    Example:
        >>> x = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
        >>> max_pool2d(x, 2)[0, :, :, 0].tolist()
        [[5.0, 7.0], [13.0, 15.0]]
    """
    array, geometry = checked_image("max_pool2d", x, window, stride, padding)
    y = output_array("max_pool2d", "out", out, (array.shape[0], *geometry.output), array.dtype)
    if out is not None:
        refuse_overlap("max_pool2d", "out", y, x=x)
    geometry.plan.max_forward(array, y, None)
    return y


def max_pool2d_indices(
    x: npt.ArrayLike,
    window: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    out: npt.NDArray[Any] | None = None,
    out_indices: npt.NDArray[Any] | None = None,
) -> tuple[Array, npt.NDArray[np.uint8] | npt.NDArray[np.int32]]:
    """The largest value of every window, and its position inside the window.

    The position is ``r * window_width + s``; the first one where several are equal, the last NaN where
    there are NaN, as in PyTorch.

    Args:
        x: as for `max_pool2d`, as the next three.
        window: height and width.
        stride: the window's size by default.
        padding: on each side less than the window.
        out: where to write y.
        out_indices: where to write the positions, of y's shape and dtype `pool_index_dtype(window)`.

    Returns:
        y and the positions, both (n, oh, ow, c).

    Raises:
        ShapeError: arrays or sizes that do not fit each other, or overlap.

    Example:
        >>> y, indices = max_pool2d_indices(np.float32([1, 3, 2, 0]).reshape(1, 2, 2, 1), 2)
        >>> y.item(), indices.item()
        (3.0, 1)
    """
    where = "max_pool2d_indices"
    array, geometry = checked_image(where, x, window, stride, padding)
    shape = (array.shape[0], *geometry.output)
    y = output_array(where, "out", out, shape, array.dtype)
    indices = output_array(where, "out_indices", out_indices, shape, geometry.index_dtype)
    if out is not None:
        refuse_overlap(where, "out", y, x=x)
    if out_indices is not None:
        refuse_overlap(where, "out_indices", indices, x=x, out=y)
    geometry.plan.max_forward(array, y, indices)
    return y, indices


def max_pool2d_backward(
    grad: npt.ArrayLike,
    indices: npt.ArrayLike,
    input_shape: Sequence[int],
    window: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    out: npt.NDArray[Any] | None = None,
) -> Array:
    """Carries a gradient back through `max_pool2d_indices`: to the place of each maximum.

    Args:
        grad: gradient with respect to y, (n, oh, ow, c), float32 or float64.
        indices: the positions that `max_pool2d_indices` gave, of grad's shape.
        input_shape: (n, h, w, c) of x.
        window: as it was going forward, as the next two.
        stride: the window's size by default.
        padding: on each side less than the window.
        out: where to write, of input_shape and grad's dtype.

    Returns:
        The gradient with respect to x, (n, h, w, c).

    Raises:
        ShapeError: arrays or sizes that do not fit each other, or overlap.

    Example:
        >>> indices = np.full((1, 1, 1, 1), 3, np.uint8)
        >>> max_pool2d_backward(np.ones((1, 1, 1, 1)), indices, (1, 2, 2, 1), 2).ravel().tolist()
        [0.0, 0.0, 0.0, 1.0]
    """
    where = "max_pool2d_backward"
    gradient, geometry = checked_gradient(where, grad, input_shape, window, stride, padding)
    positions = np.asarray(indices)
    if positions.shape != gradient.shape or positions.dtype != geometry.index_dtype:
        raise ShapeError(
            f"{where}: indices must have shape {gradient.shape} and dtype {geometry.index_dtype.__name__} as "
            f"max_pool2d_indices gives them, got shape {positions.shape} and dtype {positions.dtype}"
        )
    positions = np.require(positions, requirements=["C", "A"])
    dx = output_array(where, "out", out, (len(gradient), *geometry.image), gradient.dtype)
    if out is not None:
        refuse_overlap(where, "out", dx, grad=grad, indices=indices)
    geometry.plan.max_backward(gradient, positions, dx)
    return dx


def avg_pool2d(
    x: npt.ArrayLike,
    window: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    count_include_pad: bool = False,
    out: npt.NDArray[Any] | None = None,
) -> Array:
    """The mean of every window.

    ``y[n,i,j,c] = sum over r,s of x[n, i*stride - top + r, j*stride - left + s, c] / count``

    Args:
        x: as for `max_pool2d`, as the next three.
        window: height and width.
        stride: the window's size by default.
        padding: on each side less than the window.
        count_include_pad: count is the window's size everywhere (PyTorch's default); otherwise the number
            of pixels that the window covers (TensorFlow's and Keras' way).
        out: where to write, of the output's shape and x's dtype.

    Returns:
        y, (n, oh, ow, c).

    Raises:
        ShapeError: arrays or sizes that do not fit each other, or out overlaps x.

    Example:
        >>> x = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
        >>> avg_pool2d(x, 2)[0, :, :, 0].tolist()
        [[2.5, 4.5], [10.5, 12.5]]
    """
    array, geometry = checked_image("avg_pool2d", x, window, stride, padding, count_include_pad)
    y = output_array("avg_pool2d", "out", out, (array.shape[0], *geometry.output), array.dtype)
    if out is not None:
        refuse_overlap("avg_pool2d", "out", y, x=x)
    geometry.plan.avg_forward(array, y)
    return y


def avg_pool2d_backward(
    grad: npt.ArrayLike,
    input_shape: Sequence[int],
    window: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    count_include_pad: bool = False,
    out: npt.NDArray[Any] | None = None,
) -> Array:
    """Carries a gradient back through `avg_pool2d`: an equal share to every pixel of a window.

    Args:
        grad: gradient with respect to y, (n, oh, ow, c), float32 or float64.
        input_shape: (n, h, w, c) of x.
        window: as it was going forward, as the next three.
        stride: the window's size by default.
        padding: on each side less than the window.
        count_include_pad: see `avg_pool2d`.
        out: where to write, of input_shape and grad's dtype.

    Returns:
        The gradient with respect to x, (n, h, w, c).

    Raises:
        ShapeError: arrays or sizes that do not fit each other, or out overlaps grad.

    Example:
        >>> avg_pool2d_backward(np.ones((1, 1, 1, 1)), (1, 2, 2, 1), 2).ravel().tolist()
        [0.25, 0.25, 0.25, 0.25]
    """
    where = "avg_pool2d_backward"
    gradient, geometry = checked_gradient(
        where, grad, input_shape, window, stride, padding, count_include_pad
    )
    dx = output_array(where, "out", out, (len(gradient), *geometry.image), gradient.dtype)
    if out is not None:
        refuse_overlap(where, "out", dx, grad=grad)
    geometry.plan.avg_backward(gradient, dx)
    return dx


def global_average_pool(x: npt.ArrayLike, *, out: npt.NDArray[Any] | None = None) -> Array:
    """The mean of every channel over all pixels of an image.

    Args:
        x: images, (n, h, w, c), float32 or float64.
        out: where to write, (n, c), of x's dtype.

    Returns:
        (n, c).

    Raises:
        ShapeError: x has other axes or no pixels, or out does not fit or overlaps x.

    Example:
        >>> global_average_pool(np.arange(4.0).reshape(1, 2, 2, 1)).tolist()
        [[1.5]]
    """
    where = "global_average_pool"
    array, geometry = checked_image(where, x, 1, None, 0)
    y = output_array(where, "out", out, (array.shape[0], array.shape[3]), array.dtype)
    if out is not None:
        refuse_overlap(where, "out", y, x=x)
    geometry.plan.global_forward(array, y)
    return y


def global_average_pool_backward(
    grad: npt.ArrayLike, input_shape: Sequence[int], *, out: npt.NDArray[Any] | None = None
) -> Array:
    """Carries a gradient back through `global_average_pool`: an equal share to every pixel.

    Args:
        grad: gradient with respect to the means, (n, c), float32 or float64.
        input_shape: (n, h, w, c) of x.
        out: where to write, of input_shape and grad's dtype.

    Returns:
        The gradient with respect to x, (n, h, w, c).

    Raises:
        ShapeError: arrays or sizes that do not fit each other, or out overlaps grad.

    Example:
        >>> global_average_pool_backward(np.ones((1, 1)), (1, 2, 2, 1)).ravel().tolist()
        [0.25, 0.25, 0.25, 0.25]
    """
    where = "global_average_pool_backward"
    gradient = input_floats(where, "grad", grad)
    shape = tuple(input_shape)
    geometry = checked_geometry(where, "input_shape", shape, 1, None, 0, False)
    if gradient.shape != (shape[0], shape[3]):
        raise ShapeError(
            f"{where}: grad must have shape {(shape[0], shape[3])} for input_shape={shape}, "
            f"got grad.shape={gradient.shape}"
        )
    dx = output_array(where, "out", out, shape, gradient.dtype)
    if out is not None:
        refuse_overlap(where, "out", dx, grad=grad)
    geometry.plan.global_backward(gradient, dx)
    return dx
