"""Eigenvectors with the same bits everywhere."""

import numpy as np

from convlab.plugin import Array

_SWEEPS = 30
_ACCURACY = 1e-14


def eigen(matrix: Array) -> tuple[Array, Array]:
    """Finds all eigenvalues and eigenvectors of a symmetric matrix.

    A = V diag(values) V^T, by Jacobi's rotations, n/2 pairs of rows at a time

    LAPACK would be faster for large matrices, but its bits vary with the number of its threads.

    Args:
        matrix: symmetric, float64 (n, n).

    Returns:
        The values, largest first, (n,); the vectors as rows of length 1, (n, n), each with its
        largest component positive.

    Example:
        >>> values, vectors = eigen(np.array([[2.0, 1.0], [1.0, 2.0]]))
        >>> values.round(6).tolist(), vectors.round(6).tolist()
        ([3.0, 1.0], [[0.707107, 0.707107], [0.707107, -0.707107]])

    References:
        Golub, Van Loan: Matrix computations, 2013, section 8.5, with the parallel order of 8.5.5.
    """
    size = len(matrix)
    even = size + size % 2
    a, v = np.zeros((even, even)), np.eye(even)
    a[:size, :size] = matrix
    limit = _ACCURACY * np.sqrt((a * a).sum())
    for _ in range(_SWEEPS):
        if np.sqrt((np.triu(a, 1) ** 2).sum()) <= limit:
            break
        for first, second in _rounds(even):
            _rotate(a, v, first, second)
    values, rows = a.diagonal()[:size], v.T[:size, :size]
    order = np.argsort(-values, kind="stable")
    rows = rows[order]
    largest = rows[np.arange(size), np.abs(rows).argmax(axis=1)]
    return values[order], rows * np.sign(largest)[:, np.newaxis]


def _rounds(size: int) -> list[tuple[Array, Array]]:
    """Every pair of rows once, as rounds of disjoint pairs: a round-robin tournament."""
    players = np.arange(size)
    rounds = []
    for _ in range(size - 1):
        rounds.append((players[: size // 2], players[: size // 2 - 1 : -1]))
        players = np.concatenate([players[:1], np.roll(players[1:], 1)])
    return rounds


def _rotate(a: Array, v: Array, first: Array, second: Array) -> None:
    """Makes the entries (first, second) of A zero."""
    off = a[first, second]
    slope = (a[second, second] - a[first, first]) / (2 * np.where(off == 0, 1.0, off))
    tangent = np.where(slope < 0, -1.0, 1.0) / (np.abs(slope) + np.sqrt(slope * slope + 1))
    tangent[off == 0] = 0.0
    cosine = 1 / np.sqrt(tangent * tangent + 1)
    sine = tangent * cosine
    for columns in (a.T, a, v):  # rows of A, columns of A, columns of V
        one, other = columns[:, first], columns[:, second]
        columns[:, first] = cosine * one - sine * other
        columns[:, second] = sine * one + cosine * other
