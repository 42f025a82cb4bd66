"""Newton-Schulz against the singular value decomposition and against its polynomial, in plain numbers."""

import numpy as np
import pytest

from convlab import kernels
from convlab_plugins.optimizers.matrices.newton_schulz import NewtonSchulz

SHAPES = [(1, 1), (1, 7), (7, 1), (8, 8), (5, 40), (40, 5), (32, 9)]


@pytest.mark.parametrize("shape", SHAPES)
def test_singular_values_go_towards_1_and_singular_vectors_stay(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(0).standard_normal(shape)
    left, singular, right = np.linalg.svd(x, full_matrices=False)
    NewtonSchulz(shape, np.float64, 5)(x)
    values = singular / np.linalg.norm(singular)
    for _ in range(5):
        values = 3.4445 * values - 4.7750 * values**3 + 2.0315 * values**5
    np.testing.assert_allclose(x, (left * values) @ right, atol=1e-5)  # the norm's epsilon is 1e-7
    assert values[singular > 0.01 * singular[0]].min() > 0.6
    assert values.max() < 1.25


@pytest.mark.parametrize("shape", SHAPES)
def test_it_does_not_depend_on_the_scale(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(1).standard_normal(shape)
    y = 1024.0 * x
    for item in (x, y):
        NewtonSchulz(shape, np.float64, 5)(item)
    np.testing.assert_allclose(x, y, atol=1e-6)


def test_nothing_becomes_of_nothing() -> None:
    x = np.zeros((3, 4))
    NewtonSchulz((3, 4), np.float64, 5)(x)
    assert not x.any()


@pytest.mark.parametrize("shape", [(33, 70), (70, 33)])
def test_the_number_of_threads_changes_no_bit(shape: tuple[int, int]) -> None:
    def orthogonalized(threads: int) -> np.ndarray:
        x = np.random.default_rng(2).standard_normal(shape).astype(np.float32)
        with kernels.use_threads(threads):
            NewtonSchulz(shape, np.float32, 5)(x)
        return x

    for threads in (2, 3, 4):
        np.testing.assert_array_equal(orthogonalized(1), orthogonalized(threads))
