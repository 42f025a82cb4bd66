"""Batch normalization of arrays whose last axis is the channel."""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.errors import ShapeError
from convlab.kernels import _norm, runtime
from convlab.kernels._norm import BatchNormPlan
from convlab.kernels.buffers import (
    Array,
    channel_floats,
    input_floats,
    output_array,
    refuse_overlap,
    same_dtype,
    same_shape,
)

__all__ = ["BatchNormPlan", "batch_norm_backward", "batch_norm_forward", "batch_norm_inference"]

_workspace_doubles = lru_cache(maxsize=256)(_norm.workspace_doubles)


def batch_norm_forward(
    x: npt.ArrayLike,
    scale: npt.ArrayLike,
    shift: npt.ArrayLike,
    *,
    epsilon: float,
    out: npt.NDArray[Any] | None = None,
) -> tuple[Array, Array, Array]:
    """Normalizes every channel by its own mean and variance over the batch.

    ``y = scale * (x - mean) / sqrt(variance + epsilon) + shift``, with the biased variance.

    Args:
        x: (..., c), float32 or float64, such as (n, h, w, c) or (n, c); float64 is computed by the reference.
        scale: (c,), of x's dtype.
        shift: (c,), of x's dtype.
        epsilon: added to the variance, > 0.
        out: where to write y, of x's shape and dtype.

    Returns:
        y, the mean (c,) and ``1 / sqrt(variance + epsilon)`` (c,).

    Raises:
        ShapeError: arrays that do not fit each other, out overlaps an input, or epsilon is not above 0.

    Example:
        >>> one, zero = np.ones(1, np.float32), np.zeros(1, np.float32)
        >>> y, mean, inverse_std = batch_norm_forward(np.float32([[1], [3]]), one, zero, epsilon=1e-5)
        >>> y.round(3).ravel().tolist(), mean.tolist()
        ([-1.0, 1.0], [2.0])

    References:
        Ioffe, Szegedy: Batch normalization, 2015, algorithm 1.
    """
    where = "batch_norm_forward"
    array = _with_channels(where, "x", x)
    factors, terms = (
        channel_floats(where, "scale", scale, array),
        channel_floats(where, "shift", shift, array),
    )
    _check_epsilon(where, epsilon)
    y = output_array(where, "out", out, array.shape, array.dtype)
    if out is not None:
        refuse_overlap(where, "out", y, x=x, scale=scale, shift=shift)
    mean, inverse_std = np.empty(array.shape[-1:], array.dtype), np.empty(array.shape[-1:], array.dtype)
    _norm.forward(
        array, factors, terms, epsilon, y, mean, inverse_std, _workspace(array), *runtime.selected()
    )
    return y, mean, inverse_std


def batch_norm_inference(
    x: npt.ArrayLike,
    scale: npt.ArrayLike,
    shift: npt.ArrayLike,
    mean: npt.ArrayLike,
    variance: npt.ArrayLike,
    *,
    epsilon: float,
    out: npt.NDArray[Any] | None = None,
) -> Array:
    """Normalizes every channel by a given mean and variance.

    ``y = scale * (x - mean) / sqrt(variance + epsilon) + shift``

    Args:
        x: (..., c), float32 or float64.
        scale: (c,), of x's dtype, as the next three.
        shift: (c,).
        mean: (c,).
        variance: (c,), at least 0.
        epsilon: added to the variance, > 0.
        out: where to write, of x's shape and dtype.

    Returns:
        y, of x's shape and dtype.

    Raises:
        ShapeError: arrays that do not fit each other, out overlaps an input, a negative variance, or
            epsilon is not above 0.

    Example:
        >>> one, zero = np.ones(1), np.zeros(1)
        >>> batch_norm_inference(np.array([[5.0]]), one, zero, one, 4 * one, epsilon=1e-12).round(6).item()
        2.0
    """
    where = "batch_norm_inference"
    array = _with_channels(where, "x", x)
    factors, terms = (
        channel_floats(where, "scale", scale, array),
        channel_floats(where, "shift", shift, array),
    )
    centers, spreads = (
        channel_floats(where, "mean", mean, array),
        channel_floats(where, "variance", variance, array),
    )
    _check_epsilon(where, epsilon)
    if (spreads < 0).any():
        raise ShapeError(f"{where}: variance must be at least 0, got {spreads.min()} in a channel")
    y = output_array(where, "out", out, array.shape, array.dtype)
    if out is not None:
        refuse_overlap(where, "out", y, x=x, scale=scale, shift=shift, mean=mean, variance=variance)
    inverse_std = (1.0 / np.sqrt(spreads.astype(np.float64) + epsilon)).astype(array.dtype)
    _norm.inference(array, factors, terms, centers, inverse_std, y, _workspace(array), *runtime.selected())
    return y


def batch_norm_backward(
    x: npt.ArrayLike,
    grad: npt.ArrayLike,
    scale: npt.ArrayLike,
    mean: npt.ArrayLike,
    inverse_std: npt.ArrayLike,
    *,
    out: npt.NDArray[Any] | None = None,
) -> tuple[Array, Array, Array]:
    """Carries a gradient back through `batch_norm_forward`, the statistics included.

    With h = (x - mean) * inverse_std over m values a channel: ``dshift = sum grad``,
    ``dscale = sum grad * h``, ``dx = scale * inverse_std * (grad - dshift / m - h * dscale / m)``.

    Args:
        x: what was normalized, (..., c), float32 or float64.
        grad: gradient with respect to y, of x's shape and dtype.
        scale: (c,), of x's dtype.
        mean: (c,), as `batch_norm_forward` gave it, as the next.
        inverse_std: (c,).
        out: where to write dx, of x's shape and dtype.

    Returns:
        dx, dscale (c,) and dshift (c,).

    Raises:
        ShapeError: arrays that do not fit each other, or out overlaps an input.

    Example:
        >>> x, one = np.array([[1.0], [3.0]]), np.ones(1)
        >>> _, mean, inverse_std = batch_norm_forward(x, one, 0 * one, epsilon=1e-9)
        >>> dx, dscale, dshift = batch_norm_backward(x, np.array([[0.0], [1.0]]), one, mean, inverse_std)
        >>> dscale.round(6).item(), dshift.item()
        (1.0, 1.0)
    """
    where = "batch_norm_backward"
    array, gradient = _with_channels(where, "x", x), input_floats(where, "grad", grad)
    same_shape(where, "x", array, "grad", gradient)
    same_dtype(where, "x", array, "grad", gradient)
    factors, centers = (
        channel_floats(where, "scale", scale, array),
        channel_floats(where, "mean", mean, array),
    )
    slopes = channel_floats(where, "inverse_std", inverse_std, array)
    dx = output_array(where, "out", out, array.shape, array.dtype)
    if out is not None:
        refuse_overlap(where, "out", dx, x=x, grad=grad, scale=scale, mean=mean, inverse_std=inverse_std)
    dscale, dshift = np.empty(array.shape[-1:], array.dtype), np.empty(array.shape[-1:], array.dtype)
    workspace = _workspace(array)
    _norm.backward(
        array, gradient, factors, centers, slopes, dx, dscale, dshift, workspace, *runtime.selected()
    )
    return dx, dscale, dshift


def _with_channels(where: str, name: str, given: npt.ArrayLike) -> Array:
    array = input_floats(where, name, given)
    if array.ndim < 2 or array.shape[-1] == 0:
        raise ShapeError(
            f"{where}: {name} must be (..., channels) with at least one channel, "
            f"got {name}.shape={array.shape}"
        )
    return array


def _check_epsilon(where: str, epsilon: float) -> None:
    if isinstance(epsilon, bool) or not isinstance(epsilon, int | float | np.floating) or not epsilon > 0:
        raise ShapeError(f"{where}: epsilon must be above 0, got {epsilon!r}")


def _workspace(x: Array) -> npt.NDArray[np.float64]:
    channels = x.shape[-1]
    return np.empty(_workspace_doubles(x.size // channels, channels), np.float64)
