"""Dense layers against numpy, exactly on integers."""

import re

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ShapeError

SHAPES = [(1, 1, 1), (5, 7, 3), (32, 784, 10), (128, 523, 100), (300, 20, 33), (3, 1030, 65), (0, 4, 2)]


@pytest.mark.parametrize("isa", kernels.isas())
@pytest.mark.parametrize(("n", "c", "k"), SHAPES)
def test_all_directions_equal_numpy(isa, n, c, k):
    rng = np.random.default_rng(n)
    x, w, bias, grad = (
        rng.integers(-4, 5, shape).astype(np.float32) for shape in ((n, c), (k, c), (k,), (n, k))
    )
    for threads in (1, 3):
        with kernels.use_isa(isa), kernels.use_threads(threads):
            np.testing.assert_array_equal(kernels.dense(x, w, bias), x @ w.T + bias)
            np.testing.assert_array_equal(
                kernels.dense(x, w, bias, activation="relu"), np.maximum(x @ w.T + bias, 0)
            )
            np.testing.assert_array_equal(kernels.dense_backward_input(grad, w), grad @ w)
            dw, db = kernels.dense_backward_weight(x, grad)
            np.testing.assert_array_equal(dw, grad.T @ x)
            np.testing.assert_array_equal(db, grad.sum(0))


def test_float64_is_kept():
    x, w = np.full((2, 3), 1 + 1e-12), np.ones((4, 3))
    np.testing.assert_allclose(kernels.dense(x, w), x @ w.T, rtol=1e-15)


def test_out_is_written():
    x, w, grad = np.ones((2, 3), np.float32), np.ones((4, 3), np.float32), np.ones((2, 4), np.float32)
    y, dx, dw, db = (np.zeros(shape, np.float32) for shape in ((2, 4), (2, 3), (4, 3), (4,)))
    assert kernels.dense(x, w, out=y) is y
    assert kernels.dense_backward_input(grad, w, out=dx) is dx
    results = kernels.dense_backward_weight(x, grad, out=dw, out_bias=db)
    assert results[0] is dw
    assert results[1] is db
    assert (y == 3).all()
    assert (dx == 4).all()
    assert (dw == 2).all()
    assert (db == 2).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x, w, g: kernels.dense(x, w[:, :2]),
            "dense: w expects 2 features, x has 3 (x.shape=(2, 3), w.shape=(4, 2))",
        ),
        (lambda x, w, g: kernels.dense(x[0], w), "dense: x must have 2 axes (n, c), got 1 (x.shape=(3,))"),
        (lambda x, w, g: kernels.dense(x, w[0]), "dense: w must have 2 axes (k, c), got 1 (w.shape=(3,))"),
        (
            lambda x, w, g: kernels.dense(x, w[:0]),
            "dense: w must have no empty axis (k, c), got w.shape=(0, 3)",
        ),
        (lambda x, w, g: kernels.dense(x, w, g[0, :3]), "dense: bias must have shape (4,), got (3,)"),
        (lambda x, w, g: kernels.dense(x, w, out=x), "dense: out must have shape (2, 4), got (2, 3)"),
        (lambda x, w, g: kernels.dense(x.astype(int), w), "dense: x must be float32 or float64, not int64"),
        (
            lambda x, w, g: kernels.dense_backward_input(g[:, 1:], w),
            "dense_backward_input: w has 4 outputs, grad has 3",
        ),
        (
            lambda x, w, g: kernels.dense_backward_weight(x, g[1:]),
            "dense_backward_weight: x has 2 rows, grad has 1",
        ),
    ],
)
def test_bad_arguments_raise(call, message):
    x, w, grad = np.ones((2, 3), np.float32), np.ones((4, 3), np.float32), np.ones((2, 4), np.float32)
    with pytest.raises(ShapeError, match=re.escape(message)):
        call(x, w, grad)
