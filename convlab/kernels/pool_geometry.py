"""Sizes of pooling: checked once, then looked up."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convlab.errors import ShapeError
from convlab.kernels._pool import PoolPlan
from convlab.kernels.arguments import Padding, Pair, check_rank, check_size, padding_sides, pair, whole_number
from convlab.kernels.buffers import Array, input_floats

# Windows of up to this many positions have their indices in bytes.
MAX_BYTE_POSITIONS = 255
# Others have them in int32.
MAX_POSITIONS = 2**31 - 1


class PoolGeometry(NamedTuple):
    """A checked pooling geometry, for any number of images."""

    plan: PoolPlan
    image: tuple[int, int, int]
    output: tuple[int, int, int]
    index_dtype: type[np.uint8] | type[np.int32]


def pool2d_output_shape(
    input_shape: Sequence[int],
    window: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: Padding = 0,
) -> tuple[int, int, int, int]:
    """The shape of what `max_pool2d` and `avg_pool2d` give, without computing anything.

    Args:
        input_shape: (n, h, w, c).
        window: as for `max_pool2d`, as the next two.
        stride: the window's size by default.
        padding: on each side less than the window.

    Returns:
        (n, oh, ow, c) with ``oh = (h + top + bottom - window) // stride + 1``.

    Raises:
        ShapeError: sizes that do not fit each other.

    Example:
        >>> pool2d_output_shape((8, 28, 28, 32), 3, stride=2, padding="same")
        (8, 14, 14, 32)
    """
    shape = tuple(input_shape)
    geometry = checked_geometry("pool2d_output_shape", "input_shape", shape, window, stride, padding, False)
    return (shape[0], *geometry.output)


def pool_plan(
    input_shape: Sequence[int],
    window: int | Pair,
    *,
    stride: int | Pair | None = None,
    padding: Padding = 0,
) -> PoolPlan:
    """Pooling for repeated calls: sizes are checked here, arrays only for safety.

    Args:
        input_shape: (n, h, w, c); n may be any.
        window: as for `max_pool2d`, as the next two.
        stride: the window's size by default.
        padding: on each side less than the window.

    Returns:
        The plan; its methods are `max_forward(x, y, indices)`, `max_backward(grad, indices, dx)`,
        `avg_forward(x, y)`, `avg_backward(grad, dx)`, and the same two with `global_` for the mean of whole
        images.

    Raises:
        ShapeError: sizes that do not fit each other.

    Example:
        >>> x, y = np.arange(4.0).reshape(1, 2, 2, 1), np.empty((1, 1, 1, 1))
        >>> pool_plan(x.shape, 2).max_forward(x, y, None)
        >>> y.item()
        3.0
    """
    shape = tuple(input_shape)
    return checked_geometry("pool_plan", "input_shape", shape, window, stride, padding, False).plan


def pool_index_dtype(window: int | Pair) -> np.dtype[np.uint8] | np.dtype[np.int32]:
    """The dtype of the positions that `max_pool2d_indices` gives.

    Args:
        window: height and width, >= 1, a number or (vertical, horizontal).

    Returns:
        uint8 for windows of at most 255 positions, else int32.

    Raises:
        ShapeError: not a window.

    Example:
        >>> pool_index_dtype(2), pool_index_dtype((16, 16))
        (dtype('uint8'), dtype('int32'))
    """
    height, width = pair("pool_index_dtype", "window", window)
    return np.dtype(np.uint8) if height * width <= MAX_BYTE_POSITIONS else np.dtype(np.int32)


def checked_image(
    where: str,
    x: npt.ArrayLike,
    window: int | Pair,
    stride: int | Pair | None,
    padding: Padding,
    count_include_pad: bool = False,
) -> tuple[Array, PoolGeometry]:
    """The image as kernels can read it, with its geometry."""
    array = input_floats(where, "x", x)
    return array, checked_geometry(where, "x", array.shape, window, stride, padding, count_include_pad)


def checked_gradient(
    where: str,
    grad: npt.ArrayLike,
    input_shape: Sequence[int],
    window: int | Pair,
    stride: int | Pair | None,
    padding: Padding,
    count_include_pad: bool = False,
) -> tuple[Array, PoolGeometry]:
    """The gradient as kernels can read it, with the geometry of the image that it belongs to."""
    gradient = input_floats(where, "grad", grad)
    shape = tuple(input_shape)
    geometry = checked_geometry(where, "input_shape", shape, window, stride, padding, count_include_pad)
    if gradient.shape != (shape[0], *geometry.output):
        raise ShapeError(
            f"{where}: grad must have shape {(shape[0], *geometry.output)} for input_shape={shape}, "
            f"got grad.shape={gradient.shape}"
        )
    return gradient, geometry


def checked_geometry(
    where: str,
    name: str,
    shape: tuple[int, ...],
    window: int | Pair,
    stride: int | Pair | None,
    padding: Padding,
    count_include_pad: bool,
) -> PoolGeometry:
    """The geometry for a shape; found again without any check for sizes seen before."""
    check_rank(where, name, shape, "(n, h, w, c)")
    check_size(where, name, shape)
    whole_number(where, f"{name}.shape[0]", shape[0], 0)
    arguments = (where, name, shape[1:], window, stride, padding, bool(count_include_pad))
    try:
        geometry = _geometry(*arguments)
    except TypeError:  # lists and arrays are as good as tuples, but cannot be looked up
        geometry = _geometry.__wrapped__(*arguments)
    check_size(where, "the output", (shape[0], *geometry.output))
    return geometry


@lru_cache(maxsize=256, typed=True)
def _geometry(
    where: str,
    name: str,
    image: tuple[int, ...],
    window: int | Pair,
    stride: int | Pair | None,
    padding: Padding,
    count_include_pad: bool,
) -> PoolGeometry:
    h, w, c = (whole_number(where, f"each of {name}.shape[1:]", size, 1) for size in image)
    r, s = pair(where, "window", window)
    if r * s > MAX_POSITIONS:
        raise ShapeError(f"{where}: the window of {r}x{s} has more than {MAX_POSITIONS} positions")
    stride_h, stride_w = (r, s) if stride is None else pair(where, "stride", stride)
    (top, bottom), (left, right) = padding_sides(where, padding, (h, w), (r, s), (stride_h, stride_w))
    for side, amount, size in (
        ("top", top, r),
        ("bottom", bottom, r),
        ("left", left, s),
        ("right", right, s),
    ):
        if amount >= size:
            raise ShapeError(
                f"{where}: padding at the {side} (={amount}) must be less than the window (={size}), "
                f"else a window would cover no pixel"
            )
    if r > h + top + bottom or s > w + left + right:
        raise ShapeError(
            f"{where}: the window of {r}x{s} is larger than the padded input of "
            f"{h + top + bottom}x{w + left + right}; use a smaller window or more padding"
        )
    oh, ow = (h + top + bottom - r) // stride_h + 1, (w + left + right - s) // stride_w + 1
    small = r * s <= MAX_BYTE_POSITIONS
    plan = PoolPlan(
        (h, w, c), (r, s), (stride_h, stride_w), (top, left), (oh, ow), 1 if small else 4, count_include_pad
    )
    return PoolGeometry(plan, (h, w, c), (oh, ow, c), np.uint8 if small else np.int32)
