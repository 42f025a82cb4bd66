"""Orthogonal weights."""

from math import inf
from typing import Literal

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.checks import require

_PLUGIN = "initializer 'orthogonal'"
_ROWS = 16  # rows that pass through all reflections together, while they are in the cache


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
    if gain == "auto":
        gain = spec.gain
    require(not isinstance(gain, str) and 0 <= gain < inf, _PLUGIN, "gain", gain, '>= 0 or "auto"')
    rows, columns = spec.shape[0] // spec.groups, int(np.prod(spec.shape[1:], dtype=np.int64))
    groups = [_orthogonal(rng, rows, columns) for _ in range(spec.groups)]
    return float(gain) * np.concatenate(groups).reshape(spec.shape)


def _orthogonal(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """A random matrix with orthonormal rows, or orthonormal columns where these are fewer."""
    if rows > columns:
        return _orthonormal_rows(rng, columns, rows).T
    return _orthonormal_rows(rng, rows, columns)


def _orthonormal_rows(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """A product of random reflections; no BLAS, whose bits and speed vary with the number of its threads."""
    mirrors = [rng.standard_normal(columns - row) for row in range(rows)]
    signs = np.array([1.0 if mirror[0] < 0 else -1.0 for mirror in mirrors])
    for mirror, sign in zip(mirrors, signs, strict=True):
        mirror[0] -= sign * np.sqrt(np.sum(mirror * mirror))
        mirror *= np.sqrt(2 / np.sum(mirror * mirror))
    q = np.eye(rows, columns)
    for start in range(0, rows, _ROWS):
        stop = min(start + _ROWS, rows)
        for row in reversed(range(stop)):
            block = q[max(start, row) : stop, row:]
            heights = np.einsum("ij,j->i", block, mirrors[row])
            block -= np.multiply.outer(heights, mirrors[row])
    q *= signs[:, np.newaxis]
    return q
