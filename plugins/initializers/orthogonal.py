"""Orthogonal weights."""

from math import inf
from typing import Literal

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.orthonormal import orthonormal_rows


@claims(
    variance=lambda spec: 1 / max(spec.shape[0] / spec.groups, spec.fan_in),
    mean=lambda spec: 0.0,
    largest=lambda spec: 1.0,
)
def orthogonal(
    spec: InitializerSpec, rng: np.random.Generator, *, gain: float | Literal["auto"] = 1.0
) -> Array:
    """Draws weights whose filters are orthogonal to each other and of equal length.

    W = gain Q, W the filters of a group as a matrix of K/groups rows and R S C/groups columns;
    Q Q^T = I if there are no more rows than columns, Q^T Q = I otherwise

    Q is the orthogonal factor of the QR decomposition of a normal matrix (transposed if there are more
    columns than rows), with the signs that make R's diagonal positive, and so uniformly distributed over the
    orthogonal matrices. It is built from random Householder reflections, which gives that factor without the
    matrix. With no more rows than columns the variance of a weight is gain^2/fan_in.

    Args:
        spec: the array to fill; a vector counts as a matrix of one column and gets length `gain`.
        rng: source of the numbers.
        gain: length of a filter, >= 0, or "auto" for the gain of the activation that follows.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `gain` is out of range.

    Example:
        >>> spec = InitializerSpec((4, 3, 3, 2), "conv_weight", "conv1")
        >>> filters = orthogonal(spec, np.random.default_rng(0)).reshape(4, 18)
        >>> bool(np.allclose(filters @ filters.T, np.eye(4)))
        True

    References:
        Saxe, McClelland, Ganguli: Exact solutions to the nonlinear dynamics of learning in deep linear neural
        networks, 2014 (arXiv 1312.6120). Stewart: The efficient generation of random orthogonal matrices
        with an application to condition estimators, 1980, for the reflections. Mezzadri: How to
        generate random matrices from the classical compact groups, 2007, section 5, for the signs. PyTorch
        and Keras flatten all filters into one matrix; here each group of a grouped convolution, being a map
        of its own, has its own.
    """
    return scaled_orthogonal(spec, rng, gain, "orthogonal")


def scaled_orthogonal(
    spec: InitializerSpec, rng: np.random.Generator, gain: float | Literal["auto"], name: str
) -> Array:
    """Does what `orthogonal` does, for an initializer of another name.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        gain: length of a filter, >= 0, or "auto".
        name: of the initializer, for the message.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `gain` is out of range.

    Example:
        >>> spec = InitializerSpec((1, 1), "dense_weight", "dense1")
        >>> round(abs(float(scaled_orthogonal(spec, np.random.default_rng(0), 3.0, "x").item())), 6)
        3.0
    """
    if gain == "auto":
        gain = spec.gain
    good = not isinstance(gain, str) and 0 <= gain < inf
    require(good, f"initializer '{name}'", "gain", gain, '>= 0 or "auto"')
    rows, columns = spec.shape[0] // spec.groups, int(np.prod(spec.shape[1:], dtype=np.int64))
    groups = [_orthogonal(rng, rows, columns) for _ in range(spec.groups)]
    return float(gain) * np.concatenate(groups).reshape(spec.shape)


def _orthogonal(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """A random matrix with orthonormal rows, or orthonormal columns where these are fewer."""
    if rows > columns:
        return orthonormal_rows(rng, columns, rows).T
    return orthonormal_rows(rng, rows, columns)
