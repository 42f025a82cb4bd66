"""Random directions that are orthogonal to each other."""

import numpy as np

from convlab.plugin import Array

_ROWS = 16  # rows that pass through all reflections together, while they are in the cache


def orthonormal_rows(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """Draws rows of length 1 that are orthogonal to each other, uniformly over all such rows.

    A product of random reflections; no BLAS, whose bits and speed vary with the number of its threads.

    Args:
        rng: source of the numbers.
        rows: how many, from 0 to `columns`.
        columns: numbers in each.

    Returns:
        float64 array (rows, columns).

    Example:
        >>> q = orthonormal_rows(np.random.default_rng(0), 2, 3)
        >>> bool(np.allclose(q @ q.T, np.eye(2)))
        True
    """
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
