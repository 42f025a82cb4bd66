"""Dense layers with many weights: chosen for them, exact, accurate, and independent of batch and threads."""

import numpy as np
import pytest

from convlab import kernels

# Around the edges of tiles of rows (6, 14), of panels of columns (8 to 32) and of runs of terms (128).
SHAPES = [(1, 512, 256), (13, 300, 500), (29, 2049, 65), (130, 257, 513), (300, 1024, 129), (0, 512, 256)]
TOLERANCE = 6e-7  # relative L2 error, against float64


def arrays(n, c, k, draw):
    return tuple(draw(shape).astype(np.float32) for shape in ((n, c), (k, c), (k,), (n, k)))


def all_directions(x, w, bias, grad, activation=None):
    return (
        kernels.dense(x, w, bias, activation=activation),
        kernels.dense_backward_input(grad, w),
        *kernels.dense_backward_weight(x, grad),
    )


@pytest.mark.parametrize("isa", [isa for isa in kernels.isas() if isa != "reference"])
@pytest.mark.parametrize(("n", "c", "k"), SHAPES)
def test_integers_are_exact(isa, n, c, k):
    rng = np.random.default_rng(c)
    x, w, bias, grad = arrays(n, c, k, lambda shape: rng.integers(-4, 5, shape))
    y = x @ w.T + bias
    expected = (grad @ w, grad.T @ x, grad.sum(0))
    for threads in (1, 3):
        with kernels.use_isa(isa), kernels.use_threads(threads):
            for activation, activated in ((None, y), ("relu", np.maximum(y, 0)), ("leaky_relu", None)):
                got = all_directions(x, w, bias, grad, activation)
                if activated is None:
                    with kernels.use_isa("reference"):
                        activated = kernels.dense(x, w, bias, activation=activation)
                for array, truth in zip(got, (activated, *expected), strict=True):
                    np.testing.assert_array_equal(array, truth)


@pytest.mark.parametrize("isa", [isa for isa in kernels.isas() if isa != "reference"])
def test_errors_against_float64_are_small(isa):
    rng = np.random.default_rng(1)
    x, w, bias, grad = arrays(150, 3136, 130, rng.standard_normal)
    truth = all_directions(*(array.astype(np.float64) for array in (x, w, bias, grad)))
    with kernels.use_isa(isa):
        for got, expected in zip(all_directions(x, w, bias, grad), truth, strict=True):
            assert np.linalg.norm(got - expected) <= TOLERANCE * np.linalg.norm(expected)


def test_bits_depend_neither_on_batch_nor_on_threads():
    rng = np.random.default_rng(2)
    x, w, bias, grad = arrays(131, 700, 400, rng.standard_normal)
    with kernels.use_threads(1):
        one = all_directions(x, w, bias, grad)
        y, dx, _, _ = all_directions(x[5:8], w, bias, grad[5:8])
    np.testing.assert_array_equal(y, one[0][5:8])
    np.testing.assert_array_equal(dx, one[1][5:8])
    for threads in (2, 3, 5):
        with kernels.use_threads(threads):
            for got, expected in zip(all_directions(x, w, bias, grad), one, strict=True):
                np.testing.assert_array_equal(got, expected)


def test_it_is_chosen_for_large_dense_layers_alone():
    with kernels.use_isa("baseline"):
        for shape, kernel, reason in (
            ((8, 1, 1, 512), (256, 1, 1, 512), None),
            ((8, 1, 1, 400), (120, 1, 1, 400), "too few weights to be streamed"),
            ((8, 1, 1, 65536), (2, 1, 1, 65536), "too few weights to be streamed"),
            ((8, 2, 1, 512), (256, 1, 1, 512), "not a dense layer"),
        ):
            plan = kernels.Conv2DPlan(shape, kernel)
            for operation in ("forward", "backward_input", "backward_weight"):
                assert dict(plan.explain(operation))["matrix"] == reason
