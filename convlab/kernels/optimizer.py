"""Optimizer updates in one pass over flat buffers, and the sum of the squares of one.

All updates share these arguments. `values` and the state arrays are changed in place, `gradients` is not.
The first `decayed` entries of `values`, all by default, have weight decay: `weight_decay` is added to the
gradient ("coupled"), ``g = gradient + weight_decay w``; `decoupled_decay` shrinks the weights by themselves,
first ``w = (1 - rate decoupled_decay) w``. Results depend neither on the number of threads nor on positions.
"""

from math import sqrt

import numpy as np
import numpy.typing as npt

from convlab.errors import ConfigError, ShapeError
from convlab.kernels import _optimizer, runtime
from convlab.kernels.buffers import Array, input_floats, output_array, refuse_overlap

_RULES = _optimizer.RULES


def sgd_update(
    values: Array,
    gradients: npt.ArrayLike,
    *,
    rate: float,
    weight_decay: float = 0.0,
    decoupled_decay: float = 0.0,
    decayed: int | None = None,
) -> None:
    """Takes a step against the gradient.

    ``w = w - rate g``

    Args:
        values: w, (n,), float32 or float64, contiguous; changed in place.
        gradients: (n,), of the same dtype.
        rate: learning rate.
        weight_decay: coupled decay, see the module.
        decoupled_decay: decoupled decay, see the module.
        decayed: how many leading entries have weight decay, from 0 to n; all by default.

    Raises:
        ShapeError: arrays that do not fit each other, overlap, or cannot be written.
        ConfigError: `decayed` out of range.

    Example:
        >>> w = np.array([1.0, 2.0])
        >>> sgd_update(w, np.array([1.0, -1.0]), rate=0.5)
        >>> w.tolist()
        [0.5, 2.5]

    References:
        Robbins, Monro: A stochastic approximation method, 1951.
    """
    decay = (decayed, weight_decay, decoupled_decay)
    _update("sgd_update", "sgd", values, gradients, {}, rate, decay)


def momentum_update(
    values: Array,
    gradients: npt.ArrayLike,
    velocity: Array,
    *,
    rate: float,
    momentum: float,
    nesterov: bool = False,
    weight_decay: float = 0.0,
    decoupled_decay: float = 0.0,
    decayed: int | None = None,
) -> None:
    """Takes a step along the decaying sum of all gradients.

    ``v = momentum v + g;  w = w - rate v``; with `nesterov`, ``w = w - rate (g + momentum v)``

    Args:
        values: w, (n,), float32 or float64, contiguous; changed in place.
        gradients: (n,), of the same dtype.
        velocity: v, as `values`; changed in place, 0 before the first step.
        rate: learning rate.
        momentum: part of the velocity that is kept, in [0, 1).
        nesterov: whether the step looks ahead.
        weight_decay: coupled decay, see the module.
        decoupled_decay: decoupled decay, see the module.
        decayed: how many leading entries have weight decay, from 0 to n; all by default.

    Raises:
        ShapeError: arrays that do not fit each other, overlap, or cannot be written.
        ConfigError: `decayed` out of range.

    Example:
        >>> w, v = np.zeros(1), np.ones(1)
        >>> momentum_update(w, np.ones(1), v, rate=1.0, momentum=0.5)
        >>> w.tolist(), v.tolist()
        ([-1.5], [1.5])

    References:
        Polyak: Some methods of speeding up the convergence of iteration methods, 1964. Bengio,
        Boulanger-Lewandowski, Pascanu: Advances in optimizing recurrent networks, 2013, section 3.5, with the
        rate outside of v.
    """
    decay = (decayed, weight_decay, decoupled_decay)
    rule = "nesterov" if nesterov else "momentum"
    _update("momentum_update", rule, values, gradients, {"velocity": velocity}, rate, decay, keep=momentum)


def adagrad_update(
    values: Array,
    gradients: npt.ArrayLike,
    squares: Array,
    *,
    rate: float,
    epsilon: float,
    weight_decay: float = 0.0,
    decoupled_decay: float = 0.0,
    decayed: int | None = None,
) -> None:
    """Takes a step with a rate for every weight that falls with the sum of its squared gradients.

    ``s = s + g^2;  w = w - rate g/(sqrt(s) + epsilon)``

    Args:
        values: w, (n,), float32 or float64, contiguous; changed in place.
        gradients: (n,), of the same dtype.
        squares: s, as `values`; changed in place, >= 0.
        rate: learning rate.
        epsilon: added to the root, > 0.
        weight_decay: coupled decay, see the module.
        decoupled_decay: decoupled decay, see the module.
        decayed: how many leading entries have weight decay, from 0 to n; all by default.

    Raises:
        ShapeError: arrays that do not fit each other, overlap, or cannot be written.
        ConfigError: `decayed` out of range.

    Example:
        >>> w, s = np.zeros(1), np.array([16.0])
        >>> adagrad_update(w, np.array([3.0]), s, rate=1.0, epsilon=1.0)
        >>> w.tolist(), s.tolist()
        ([-0.5], [25.0])

    References:
        Duchi, Hazan, Singer: Adaptive subgradient methods for online learning and stochastic optimization,
        2011, figure 1, the diagonal form.
    """
    decay = (decayed, weight_decay, decoupled_decay)
    state = {"squares": squares}
    _update("adagrad_update", "adagrad", values, gradients, state, rate, decay, epsilon=epsilon)


def rmsprop_update(
    values: Array,
    gradients: npt.ArrayLike,
    mean_square: Array,
    mean: Array | None = None,
    velocity: Array | None = None,
    *,
    rate: float,
    keep: float,
    epsilon: float,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
    decoupled_decay: float = 0.0,
    decayed: int | None = None,
) -> None:
    """Takes a step along the gradient over a running root mean square of itself.

    ``s = keep s + (1 - keep) g^2;  w = w - rate g/(sqrt(s) + epsilon)``

    Given `mean`, ``m = keep m + (1 - keep) g``, and max(s - m^2, 0) stands in the place of s. Given
    `velocity`, ``v = momentum v + g/(sqrt(s) + epsilon);  w = w - rate v``.

    Args:
        values: w, (n,), float32 or float64, contiguous; changed in place.
        gradients: (n,), of the same dtype.
        mean_square: s, as `values`; changed in place, >= 0.
        mean: m, as `values`; changed in place.
        velocity: v, as `values`; changed in place.
        rate: learning rate.
        keep: part of the means that is kept, in [0, 1).
        epsilon: added to the root, > 0.
        momentum: part of the velocity that is kept, in [0, 1).
        weight_decay: coupled decay, see the module.
        decoupled_decay: decoupled decay, see the module.
        decayed: how many leading entries have weight decay, from 0 to n; all by default.

    Raises:
        ShapeError: arrays that do not fit each other, overlap, or cannot be written.
        ConfigError: `decayed` out of range.

    Example:
        >>> w, s = np.zeros(1), np.zeros(1)
        >>> rmsprop_update(w, np.array([2.0]), s, rate=1.0, keep=0.75, epsilon=1.0)
        >>> w.tolist(), s.tolist()
        ([-1.0], [1.0])

    References:
        Tieleman, Hinton: Lecture 6.5, rmsprop, 2012. Graves: Generating sequences with recurrent neural
        networks, 2013, equations 38 to 41, for the centered form.
    """
    decay = (decayed, weight_decay, decoupled_decay)
    rule, state = "rmsprop", {"mean_square": mean_square}
    if mean is not None:
        rule, state["mean"] = rule + "_centered", mean
    if velocity is not None:
        rule, state["velocity"] = rule + "_momentum", velocity
    _update(
        "rmsprop_update",
        rule,
        values,
        gradients,
        state,
        rate,
        decay,
        keep=momentum,
        keep_square=keep,
        epsilon=epsilon,
    )


def adam_update(
    values: Array,
    gradients: npt.ArrayLike,
    mean: Array,
    mean_square: Array,
    *,
    rate: float,
    betas: tuple[float, float],
    epsilon: float,
    step: int,
    weight_decay: float = 0.0,
    decoupled_decay: float = 0.0,
    decayed: int | None = None,
) -> None:
    """Takes a step along the running mean of the gradient over its running root mean square, both unbiased.

    ``m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g^2``
    ``w = w - rate m'/(sqrt(s') + epsilon)`` with ``m' = m/(1 - beta1^step)``, ``s' = s/(1 - beta2^step)``

    Args:
        values: w, (n,), float32 or float64, contiguous; changed in place.
        gradients: (n,), of the same dtype.
        mean: m, as `values`; changed in place, 0 before the first step.
        mean_square: s, as `values`; changed in place, 0 before the first step.
        rate: learning rate.
        betas: parts of mean and mean square that are kept, both in [0, 1).
        epsilon: added to the root, > 0.
        step: number of this step, from 1.
        weight_decay: coupled decay, see the module: Adam with L2 regularization.
        decoupled_decay: decoupled decay, see the module: AdamW.
        decayed: how many leading entries have weight decay, from 0 to n; all by default.

    Raises:
        ShapeError: arrays that do not fit each other, overlap, or cannot be written.
        ConfigError: `decayed` or `step` out of range.

    Example:
        >>> w, m, s = np.zeros((3, 2))
        >>> adam_update(w, np.array([4.0, -0.5]), m, s, rate=0.5, betas=(0.9, 0.99), epsilon=1e-8, step=1)
        >>> w.round(6).tolist()
        [-0.5, 0.5]

    References:
        Kingma, Ba: Adam: a method for stochastic optimization, 2015, algorithm 1. Loshchilov, Hutter:
        Decoupled weight decay regularization, 2019, algorithm 2, with the decay multiplied by the rate.
    """
    if step < 1:
        raise ConfigError(f"adam_update: step must be >= 1, got {step}; the first step is number 1")
    _update(
        "adam_update",
        "adam",
        values,
        gradients,
        {"mean_square": mean_square, "mean": mean},
        rate,
        (decayed, weight_decay, decoupled_decay),
        mean_correction=1 / (1 - betas[0] ** step),
        keep=betas[0],
        keep_square=betas[1],
        correction=1 / sqrt(1 - betas[1] ** step),
        epsilon=epsilon,
    )


def sum_of_squares(x: npt.ArrayLike) -> float:
    """Adds up the squares of all elements, in a fixed order: the same bits for any number of threads.

    ``sum x^2``

    Args:
        x: float32 or float64, any shape.

    Returns:
        The sum, for float32 within some 1e-6 of the exact one; infinite if a square is out of range.

    Raises:
        ShapeError: not float.

    Example:
        >>> sum_of_squares(np.array([3.0, 4.0]))
        25.0
    """
    array = input_floats("sum_of_squares", "x", x)
    block_sums = np.empty(-(-array.size // _optimizer.BLOCK), np.float64)
    return _optimizer.sum_of_squares(array, block_sums, *runtime.selected())


def _update(
    where: str,
    rule: str,
    values: Array,
    gradients: npt.ArrayLike,
    state: dict[str, Array],
    rate: float,
    decay: tuple[int | None, float, float],
    *,
    keep: float = 0.0,
    keep_square: float = 0.0,
    mean_correction: float = 1.0,
    correction: float = 1.0,
    epsilon: float = 0.0,
) -> None:
    """Checks the arrays and takes the step; decay is (decayed, weight_decay, decoupled_decay)."""
    if not isinstance(values, np.ndarray) or values.ndim != 1:
        raise ShapeError(f"{where}: values must be a flat NumPy array, got shape {np.shape(values)}")
    given = input_floats(where, "gradients", gradients)
    if given.shape != values.shape or given.dtype != values.dtype:
        raise ShapeError(
            f"{where}: gradients must be as values, {values.dtype} of shape {values.shape}, "
            f"got {given.dtype} of shape {given.shape}"
        )
    changed = {"values": values, **state}
    others: dict[str, Array] = {"gradients": given}
    for name, array in changed.items():
        output_array(where, name, array, given.shape, given.dtype)
        refuse_overlap(where, name, array, **others)
        others[name] = array
    decayed, weight_decay, decoupled_decay = decay
    if decayed is None:
        decayed = values.size
    if not 0 <= decayed <= values.size:
        raise ConfigError(
            f"{where}: decayed must be from 0 to {values.size}, the size of values, got {decayed}"
        )
    _optimizer.update(
        _RULES[rule],
        values,
        given,
        tuple(state.values()),
        decayed,
        rate * mean_correction,
        weight_decay,
        1 - rate * decoupled_decay,
        keep,
        keep_square,
        correction,
        epsilon,
        *runtime.selected(),
    )
