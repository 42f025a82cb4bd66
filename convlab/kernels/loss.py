"""Losses with their gradients, and softmax."""

from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.errors import ShapeError
from convlab.kernels import _elementwise, _loss, runtime
from convlab.kernels.buffers import (
    Array,
    input_floats,
    input_indices,
    output_array,
    refuse_overlap,
    same_dtype,
    same_shape,
)


def softmax(logits: npt.ArrayLike, *, out: npt.NDArray[Any] | None = None) -> Array:
    """The probabilities of the classes along the last axis.

    ``p[i] = exp(x[i]) / sum over j of exp(x[j])``, computed about the maximum so that nothing overflows.

    Args:
        logits: (..., classes), float32 or float64.
        out: where to write, of logits' shape and dtype.

    Returns:
        p, of logits' shape and dtype; each row sums to 1.

    Raises:
        ShapeError: no classes, not float, or out does not fit or overlaps logits.

    Example:
        >>> softmax(np.array([[0.0, np.log(3.0)]])).round(6).tolist()
        [[0.25, 0.75]]
    """
    array = input_floats("softmax", "logits", logits)
    if array.ndim < 1 or array.shape[-1] == 0:
        raise ShapeError(f"softmax: logits must be (..., classes), got logits.shape={array.shape}")
    probabilities = output_array("softmax", "out", out, array.shape, array.dtype)
    if out is not None:
        refuse_overlap("softmax", "out", probabilities, logits=logits)
    _loss.softmax(array, array.shape[-1], probabilities, *runtime.selected())
    return probabilities


def softmax_cross_entropy(
    logits: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    label_smoothing: float = 0.0,
    out: npt.NDArray[Any] | None = None,
) -> tuple[float, Array]:
    """The mean cross-entropy between the softmax of logits and the labels, with its gradient.

    With p = softmax(logits), s = label_smoothing and
    ``target = (1 - s) * onehot(label) + s / classes``:
    ``loss = -mean over rows of sum(target * log p)``, ``gradient = (p - target) / n``.

    Args:
        logits: (n, classes), float32 or float64.
        labels: (n,), integers in [0, classes).
        label_smoothing: in [0, 1].
        out: where to write the gradient, of logits' shape and dtype.

    Returns:
        The loss, 0 for an empty batch, and its gradient with respect to logits.

    Raises:
        ShapeError: arrays that do not fit each other, a label or label_smoothing out of range, or out
            overlaps an input.

    Example:
        >>> loss, gradient = softmax_cross_entropy(np.zeros((1, 2)), np.array([0]))
        >>> round(loss, 6), gradient.tolist()
        (0.693147, [[-0.5, 0.5]])

    References:
        Szegedy et al.: Rethinking the Inception architecture, 2015, section 7 (label smoothing).
    """
    where = "softmax_cross_entropy"
    array = input_floats(where, "logits", logits)
    if array.ndim != 2 or array.shape[1] == 0:
        raise ShapeError(f"{where}: logits must be (n, classes), got logits.shape={array.shape}")
    chosen = _checked_labels(where, labels, array)
    if isinstance(label_smoothing, bool) or not 0.0 <= label_smoothing <= 1.0:
        raise ShapeError(f"{where}: label_smoothing must be in [0, 1], got {label_smoothing!r}")
    gradient = output_array(where, "out", out, array.shape, array.dtype)
    if out is not None:
        refuse_overlap(where, "out", gradient, logits=logits, labels=labels)
    if len(array) == 0:
        return 0.0, gradient
    row_losses = np.empty(len(array), np.float64)
    loss = _loss.softmax_cross_entropy(
        array, chosen, label_smoothing, gradient, row_losses, *runtime.selected()
    )
    return loss, gradient


def mean_squared_error(
    prediction: npt.ArrayLike, target: npt.ArrayLike, *, out: npt.NDArray[Any] | None = None
) -> tuple[float, Array]:
    """The mean of the squared differences over all elements, with its gradient.

    ``loss = mean((prediction - target)^2)``, ``gradient = 2 * (prediction - target) / size``

    Args:
        prediction: any shape, float32 or float64.
        target: of prediction's shape and dtype.
        out: where to write the gradient, of prediction's shape and dtype.

    Returns:
        The loss, 0 for an empty batch, and its gradient with respect to prediction.

    Raises:
        ShapeError: arrays that do not fit each other, or out overlaps an input.

    Example:
        >>> loss, gradient = mean_squared_error(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
        >>> loss, gradient.tolist()
        (2.0, [0.0, 2.0])
    """
    where = "mean_squared_error"
    array, wanted = input_floats(where, "prediction", prediction), input_floats(where, "target", target)
    same_shape(where, "prediction", array, "target", wanted)
    same_dtype(where, "prediction", array, "target", wanted)
    gradient = output_array(where, "out", out, array.shape, array.dtype)
    if out is not None:
        refuse_overlap(where, "out", gradient, prediction=prediction, target=target)
    if array.size == 0:
        return 0.0, gradient
    block_sums = np.empty(-(-array.size // _loss.BLOCK), np.float64)
    return _loss.squared_error(array, wanted, gradient, block_sums, *runtime.selected()), gradient


def _checked_labels(where: str, labels: npt.ArrayLike, logits: Array) -> npt.NDArray[np.int64]:
    """Labels as contiguous int64 in range."""
    array = np.asarray(labels)
    if array.dtype.kind not in "iu":
        raise ShapeError(
            f"{where}: labels must be integers, got {array.dtype}; convert with astype(np.int64)"
        )
    if array.shape != logits.shape[:1]:
        raise ShapeError(
            f"{where}: labels must have shape {logits.shape[:1]} for logits.shape={logits.shape}, "
            f"got labels.shape={array.shape}"
        )
    chosen = input_indices(array)
    bad = _elementwise.first_outside(chosen, logits.shape[1])
    if bad >= 0:
        raise ShapeError(
            f"{where}: labels[{bad}]={array[bad]} is outside [0, {logits.shape[1]}) "
            f"(logits.shape={logits.shape}); give as many logits as there are classes"
        )
    return chosen
