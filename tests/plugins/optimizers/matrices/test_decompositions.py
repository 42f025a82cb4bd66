"""Inverse roots and orthonormal bases against LAPACK's decompositions."""

from typing import Any, Literal

import numpy as np
import pytest

from convlab import kernels
from convlab_plugins.optimizers.matrices.inverse_root import inverse_root
from convlab_plugins.optimizers.matrices.orthonormal import orthonormal

ROOTS: list[Literal[1, 2, 4]] = [1, 2, 4]


def positive(size: int, rank: int) -> np.ndarray:
    factor = np.random.default_rng(size).standard_normal((size, rank))
    return factor @ factor.T


def root_by_eigenvalues(matrix: np.ndarray, p: int, epsilon: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix + epsilon * np.linalg.norm(matrix) * np.eye(len(matrix)))
    return np.asarray((vectors * values ** (-1 / p)) @ vectors.T)


@pytest.mark.parametrize("p", ROOTS)
@pytest.mark.parametrize(("size", "rank"), [(1, 1), (5, 5), (20, 30), (20, 3)])
def test_inverse_roots_in_float64(size: int, rank: int, p: Literal[1, 2, 4]) -> None:
    matrix = positive(size, rank)
    expected = root_by_eigenvalues(matrix, p, 1e-6)
    np.testing.assert_allclose(inverse_root(matrix, p, 1e-6), expected, atol=1e-7 * np.abs(expected).max())


@pytest.mark.parametrize("p", ROOTS)
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("rank", [60, 5])
def test_inverse_roots_in_float32_at_any_scale(p: Literal[1, 2, 4], scale: float, rank: int) -> None:
    """Eigenvalues down to a millionth of the largest: a relative error of a few percent is what is left."""
    matrix = positive(40, rank) * scale
    expected = root_by_eigenvalues(matrix, p, 1e-6)
    found = inverse_root(matrix.astype(np.float32), p, 1e-6)
    assert found.dtype == np.float32
    assert np.linalg.norm(found - expected) < 0.05 * np.linalg.norm(expected)


def test_the_inverse_root_of_nothing_is_finite() -> None:
    assert np.isfinite(inverse_root(np.zeros((3, 3), np.float32), 4, 1e-6)).all()


def test_threads_change_no_bit_of_a_root() -> None:
    matrix = positive(70, 80).astype(np.float32)
    found = []
    for threads in (1, 2, 3, 4):
        with kernels.use_threads(threads):
            found.append(inverse_root(matrix, 4, 1e-6))
    assert all(np.array_equal(found[0], other) for other in found)


def columns(kind: str) -> np.ndarray:
    matrix = np.random.default_rng(3).standard_normal((12, 12))
    if kind == "singular":
        matrix[:, 5] = matrix[:, 2]
    if kind == "first column zero":
        matrix[:, 0] = 0.0
    return np.zeros_like(matrix) if kind == "zero" else matrix


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["regular", "singular", "first column zero", "zero"])
def test_the_basis_is_orthonormal_and_triangularizes(kind: str, dtype: Any) -> None:
    matrix = columns(kind).astype(dtype)
    basis = orthonormal(matrix)
    assert basis.dtype == dtype
    tolerance = 40 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(basis.T @ basis, np.eye(12), atol=tolerance)
    triangular = basis.T @ matrix
    np.testing.assert_allclose(np.tril(triangular, -1), 0, atol=tolerance * max(1, np.abs(matrix).max()))


def test_the_basis_is_lapacks_but_for_signs() -> None:
    matrix = columns("regular")
    expected = np.linalg.qr(matrix)[0]
    np.testing.assert_allclose(np.abs(orthonormal(matrix)), np.abs(expected), atol=1e-12)
