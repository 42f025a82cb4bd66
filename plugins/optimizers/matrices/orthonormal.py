"""An orthonormal basis of the columns of a matrix."""

from math import copysign, sqrt

import numpy as np

from convlab.plugin import Array


def orthonormal(matrix: Array) -> Array:
    """The factor Q of the decomposition A = Q R, R upper triangular, by Householder's reflections.

    In float64, and with sums whose order is fixed: LAPACK's bits depend on the number of threads.

    Args:
        matrix: A, (n, n); it may be singular, Q is orthogonal all the same.

    Returns:
        Q, (n, n), of A's dtype.

    Example:
        >>> np.abs(orthonormal(np.array([[3.0, 1.0], [4.0, 2.0]]))).round(6).tolist()
        [[0.6, 0.8], [0.8, 0.6]]

    References:
        Householder: Unitary triangularization of a nonsymmetric matrix, 1958. Golub, Van Loan: Matrix
        computations, 2013, algorithm 5.2.1, with the reflections applied backwards as in section 5.1.6.
    """
    work = matrix.astype(np.float64)
    normals = []
    for column in range(len(work)):
        normal = _normal(work[column:, column])
        normals.append(normal)
        _reflect(work[column:, column:], normal)
    basis = np.eye(len(work))
    for column in reversed(range(len(work))):
        _reflect(basis[column:, column:], normals[column])
    return basis.astype(matrix.dtype)


def _normal(x: Array) -> Array:
    """Unit normal of the mirror that takes x onto the first axis; 0 where x is 0."""
    normal = x.copy()
    normal[0] += copysign(_norm(x), x[0])
    length = _norm(normal)
    if length > 0:
        normal /= length
    return normal


def _reflect(rows: Array, normal: Array) -> None:
    rows -= np.multiply.outer(2 * normal, np.einsum("i,ij->j", normal, rows))


def _norm(x: Array) -> float:
    return sqrt(float(np.einsum("i,i->", x, x)))
