"""Losses and their gradients against float64 formulas, finite differences and PyTorch."""

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ShapeError


def case(rows, classes, seed=0, spread=4.0):
    rng = np.random.default_rng(seed)
    logits = (rng.standard_normal((rows, classes)) * spread).astype(np.float32)
    return logits, rng.integers(0, classes, rows)


def formulas(logits, labels, smoothing):
    """Loss, gradient and probabilities in float64."""
    x = logits.astype(np.float64)
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    target = np.full(x.shape, smoothing / x.shape[1])
    target[np.arange(len(x)), labels] += 1 - smoothing
    return -(target * log_p).sum() / len(x), (np.exp(log_p) - target) / len(x), np.exp(log_p)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize(
    ("rows", "classes"), [(1, 1), (5, 2), (128, 10), (7, 8), (3, 100), (4, 1000), (2, 33)]
)
def test_cross_entropy_agrees_with_the_formulas(rows, classes, smoothing, each_isa):
    logits, labels = case(rows, classes)
    loss, gradient = kernels.softmax_cross_entropy(logits, labels, label_smoothing=smoothing)
    exact_loss, exact_gradient, probabilities = formulas(logits, labels, smoothing)
    assert isinstance(loss, float)
    assert loss == pytest.approx(exact_loss, rel=3e-7, abs=1e-9)
    np.testing.assert_allclose(gradient, exact_gradient, rtol=2e-6, atol=1e-7 / rows)
    np.testing.assert_allclose(kernels.softmax(logits), probabilities, rtol=2e-6, atol=1e-37)


def test_losses_stay_finite_for_large_logits(each_isa):
    logits = np.float32([[1e4, -1e4, 0], [3e38, 0, -3e38]])
    loss, gradient = kernels.softmax_cross_entropy(logits, np.array([0, 0]))
    assert loss == 0
    np.testing.assert_array_equal(gradient, 0)
    loss, gradient = kernels.softmax_cross_entropy(logits[:1], np.array([1]))
    assert loss == pytest.approx(2e4)
    np.testing.assert_array_equal(gradient, [[1, -1, 0]])
    np.testing.assert_array_equal(kernels.softmax(np.float32([0, -np.inf])), [1, 0])


def test_nan_makes_the_loss_nan_and_stays_in_its_row(each_isa):
    for place in range(11):
        logits, labels = case(3, 11)
        logits[1, place] = np.nan
        loss, gradient = kernels.softmax_cross_entropy(logits, labels)
        assert np.isnan(loss)
        assert np.isnan(gradient).any(axis=1).tolist() == [False, True, False]


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_float64_gradient_agrees_with_finite_differences(smoothing):
    logits, labels = case(4, 5)
    x = logits.astype(np.float64)
    _, gradient = kernels.softmax_cross_entropy(x, labels, label_smoothing=smoothing)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = 1e-6
        above, below = (
            kernels.softmax_cross_entropy(x + side * step, labels, label_smoothing=smoothing)[0]
            for side in (1, -1)
        )
        assert gradient[place] == pytest.approx((above - below) / 2e-6, abs=1e-8)


@pytest.mark.parametrize("shape", [(1,), (7, 3), (5, 1000), (3, 50, 50)])
def test_mean_squared_error(shape, each_isa):
    rng = np.random.default_rng(2)
    prediction, target = (rng.standard_normal(shape).astype(np.float32) for _ in range(2))
    loss, gradient = kernels.mean_squared_error(prediction, target)
    error = prediction.astype(np.float64) - target
    assert loss == pytest.approx((error**2).mean(), rel=3e-7)
    np.testing.assert_allclose(gradient, 2 * error / error.size, rtol=3e-7, atol=1e-9)
    double_loss, double_gradient = kernels.mean_squared_error(
        prediction.astype(np.float64), target.astype(np.float64)
    )
    assert double_loss == pytest.approx((error**2).mean(), rel=1e-13)
    np.testing.assert_allclose(double_gradient, 2 * error / error.size, rtol=1e-13)


def test_same_bits_for_any_number_of_threads(each_isa):
    logits, labels = case(5000, 11)
    results = []
    for count in (1, 2, 3, 4):
        with kernels.use_threads(count):
            loss, gradient = kernels.softmax_cross_entropy(logits, labels, label_smoothing=0.1)
            squared, slope = kernels.mean_squared_error(logits, gradient)
            arrays = (gradient, slope, kernels.softmax(logits))
            results.append((loss, squared, b"".join(a.tobytes() for a in arrays)))
    assert len(set(results)) == 1


def test_a_row_does_not_depend_on_its_neighbours(each_isa):
    logits, _ = case(9, 13)
    whole = kernels.softmax(logits)
    for row in range(9):
        np.testing.assert_array_equal(kernels.softmax(logits[row]), whole[row])


@pytest.mark.parametrize("at", ["start", "end"])
@pytest.mark.parametrize("classes", [1, 3, 4, 8, 10, 16, 17, 33])
def test_stays_inside_its_arrays(classes, at, each_isa, guarded_array):
    logits, labels = case(5, classes)
    x, y = guarded_array(logits, at=at, writable=False), guarded_array(labels, at=at, writable=False)
    out = guarded_array(np.zeros_like(logits), at=at)
    expected = kernels.softmax_cross_entropy(logits, labels)[1]
    kernels.softmax_cross_entropy(x, y, out=out)
    np.testing.assert_array_equal(out, expected)
    kernels.softmax(x, out=out)
    kernels.mean_squared_error(x, guarded_array(logits * 2, at=at, writable=False), out=out)


def test_labels_of_any_integer_dtype_and_layout(each_isa):
    logits, labels = case(6, 5)
    expected = kernels.softmax_cross_entropy(logits, labels)
    for given in (labels.astype(np.uint8), labels.astype(">i4"), labels.tolist(), np.repeat(labels, 2)[::2]):
        loss, gradient = kernels.softmax_cross_entropy(np.asfortranarray(logits), given)
        assert loss == expected[0]
        np.testing.assert_array_equal(gradient, expected[1])


def test_empty_batch(each_isa):
    empty = np.empty((0, 4), np.float32)
    loss, gradient = kernels.softmax_cross_entropy(empty, np.empty(0, np.int64))
    assert (loss, gradient.shape) == (0.0, (0, 4))
    assert kernels.softmax(empty).shape == (0, 4)
    assert kernels.mean_squared_error(empty, empty)[0] == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x: kernels.softmax_cross_entropy(x, [0, 3, 9]),
            r"labels\[1\]=3 is outside \[0, 3\) .*as many logits as",
        ),
        (lambda x: kernels.softmax_cross_entropy(x, [0, 0, -1]), r"labels\[2\]=-1 is outside"),
        (lambda x: kernels.softmax_cross_entropy(x, [0.0, 1.0, 2.0]), "labels must be integers, got float64"),
        (lambda x: kernels.softmax_cross_entropy(x, [True] * 3), "labels must be integers, got bool"),
        (
            lambda x: kernels.softmax_cross_entropy(x, [0, 1]),
            r"labels must have shape \(3,\) for logits.shape=\(3, 3\)",
        ),
        (lambda x: kernels.softmax_cross_entropy(x[0], [0]), r"logits must be \(n, classes\)"),
        (
            lambda x: kernels.softmax_cross_entropy(x, [0] * 3, label_smoothing=1.5),
            r"label_smoothing must be in \[0, 1\]",
        ),
        (lambda x: kernels.softmax_cross_entropy(x, [0] * 3, out=x), "out overlaps logits"),
        (
            lambda x: kernels.softmax_cross_entropy(x.astype(int), [0] * 3),
            "logits must be float32 or float64",
        ),
        (lambda x: kernels.softmax(x, out=x), "softmax: out overlaps logits"),
        (lambda x: kernels.softmax(x[:, :0]), r"logits must be \(..., classes\)"),
        (
            lambda x: kernels.mean_squared_error(x, x[:2]),
            r"target.shape=\(2, 3\) differs from prediction.shape=\(3, 3\)",
        ),
        (
            lambda x: kernels.mean_squared_error(x, x.astype(float)),
            "prediction is float32 and target is float64",
        ),
        (lambda x: kernels.mean_squared_error(x, x + 1, out=x), "out overlaps prediction"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ShapeError, match=message):
        call(np.zeros((3, 3), np.float32))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_agrees_with_torch(smoothing, each_isa):
    torch = pytest.importorskip("torch", reason="the parity extra is not installed")
    logits, labels = case(64, 10)
    theirs = torch.tensor(logits, requires_grad=True)
    result = torch.nn.functional.cross_entropy(theirs, torch.tensor(labels), label_smoothing=smoothing)
    result.backward()
    loss, gradient = kernels.softmax_cross_entropy(logits, labels, label_smoothing=smoothing)
    assert loss == pytest.approx(result.item(), rel=1e-6)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-5, atol=1e-8)
    target = torch.tensor(logits[::-1].copy())
    result = torch.nn.functional.mse_loss(theirs, target)
    theirs.grad = None
    result.backward()
    loss, gradient = kernels.mean_squared_error(logits, target.numpy())
    assert loss == pytest.approx(result.item(), rel=1e-6)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-6)
