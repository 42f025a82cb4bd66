"""Inverse roots of symmetric positive matrices, by matrix products alone."""

from math import sqrt
from typing import Literal

import numpy as np

from convlab import kernels
from convlab.plugin import Array

MOST_REPETITIONS = 100
TINY = 1e-20


def inverse_root(matrix: Array, p: Literal[1, 2, 4], epsilon: float) -> Array:
    """The inverse p-th root of a matrix, with a ridge that keeps it finite.

    ``(A + epsilon |A| I)^(-1/p)``; by ``T = ((p + 1) I - M)/p;  M = T^p M;  H = H T``, which takes M to I and
    H to the root, from ``M = z A`` and ``H = z^(1/p) I`` with ``z = (1 + p)/(2 |A|)``

    The iteration ends when M is I, or no nearer to it than before. All products run in the compiled core in
    full precision, so that the result has the same bits for every number of threads.

    Args:
        matrix: A, (n, n), symmetric, no eigenvalue negative.
        p: 1, 2 or 4.
        epsilon: ridge over the Frobenius norm of A, > 0.

    Returns:
        The root, (n, n), a new array.

    Example:
        >>> inverse_root(np.diag([16.0, 81.0]), 4, 1e-12).round(6).tolist()
        [[0.5, 0.0], [0.0, 0.333333]]

    References:
        Guo, Higham: A Schur-Newton method for the matrix p-th root and its inverse, 2006, equation 3.2.
        Anil, Gupta, Koren, Regan, Singer: Scalable second order optimization for deep learning, 2021, section
        3.3, for its use in Shampoo.
    """
    identity: Array = np.eye(len(matrix), dtype=matrix.dtype)
    norm = max(sqrt(kernels.sum_of_squares(matrix)), TINY)
    z = (1 + p) / (2 * norm * (1 + epsilon))
    near_identity: Array = z * matrix + identity * (z * epsilon * norm)
    root: Array = identity * z ** (1 / p)
    tolerance, before = 4 * float(np.finfo(matrix.dtype).eps), np.inf
    with kernels.use_precision("float32"):
        for _ in range(MOST_REPETITIONS):
            distance = float(np.abs(near_identity - identity).max())
            if distance <= tolerance or (distance < 0.1 and distance >= before):
                break
            before = distance
            step = ((p + 1) * identity - near_identity) / p
            power: Array = step
            for _ in range(p // 2):
                power = kernels.dense(power, power)
            near_identity = kernels.dense(power, near_identity)
            root = kernels.dense(root, step)
    return root
