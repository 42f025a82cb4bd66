"""Batch normalization against its formulas in float64, finite differences and PyTorch."""

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ShapeError

EPSILON = 1e-5
SHAPES = [
    (40, 1),
    (33, 3),
    (2, 5, 7, 6),
    (1, 4, 4, 16),
    (3, 8, 9, 10),
    (2, 2, 2, 65),
    (1, 1, 1, 4),
    (5000, 7),
    (70, 256),
]


def case(shape, seed=0, offset=0.0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape) * rng.uniform(0.1, 3, shape[-1]) + offset * rng.standard_normal(shape[-1])
    scale, shift = rng.standard_normal(shape[-1]), rng.standard_normal(shape[-1])
    return [a.astype(np.float32) for a in (x, scale, shift, rng.standard_normal(shape))]


def formulas(x, scale, shift, grad, epsilon=EPSILON):
    """y, mean, inverse_std, dx, dscale, dshift in float64."""
    x, scale, shift, grad = (a.astype(np.float64) for a in (x, scale, shift, grad))
    axes = tuple(range(x.ndim - 1))
    mean = x.mean(axis=axes)
    inverse_std = 1 / np.sqrt(((x - mean) ** 2).mean(axis=axes) + epsilon)
    h = (x - mean) * inverse_std
    dscale, dshift = (grad * h).sum(axis=axes), grad.sum(axis=axes)
    count = x.size // x.shape[-1]
    dx = scale * inverse_std * (grad - dshift / count - h * dscale / count)
    return h * scale + shift, mean, inverse_std, dx, dscale, dshift


def relative_error(values, exact):
    return np.linalg.norm(values - exact) / max(np.linalg.norm(exact), 1e-30)


@pytest.mark.parametrize("shape", SHAPES)
def test_agrees_with_the_formulas(shape, each_isa):
    x, scale, shift, grad = case(shape)
    exact = formulas(x, scale, shift, grad)
    y, mean, inverse_std = kernels.batch_norm_forward(x, scale, shift, epsilon=EPSILON)
    gradients = kernels.batch_norm_backward(x, grad, scale, mean, inverse_std)
    for values, right in zip((y, mean, inverse_std), exact[:3], strict=True):
        assert values.dtype == np.float32
        assert relative_error(values, right) < 1e-6
    if x.size == shape[-1]:  # one value per channel: the gradient vanishes
        assert np.abs(gradients[0]).max() < 1e-3
        return
    assert relative_error(gradients[0], exact[3]) < 2e-6
    for values, right in zip(gradients[1:], exact[4:], strict=True):
        count = x.size // shape[-1]
        assert np.abs(values - right).max() < 1e-6 * count**0.5 * 10


def test_a_large_mean_costs_no_accuracy_of_the_variance(each_isa):
    x, scale, shift, grad = case((4096, 24), offset=3000.0)
    _, mean, inverse_std = kernels.batch_norm_forward(x, scale, shift, epsilon=EPSILON)
    exact = formulas(x, scale, shift, grad)
    np.testing.assert_allclose(mean, exact[1], rtol=1e-7)
    np.testing.assert_allclose(inverse_std, exact[2], rtol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_inference(shape, each_isa):
    x, scale, shift, _ = case(shape)
    mean, variance = shift[::-1].copy(), np.abs(scale) + np.float32(0.1)
    y = kernels.batch_norm_inference(x, scale, shift, mean, variance, epsilon=1e-3)
    exact = (x.astype(np.float64) - mean) / np.sqrt(variance.astype(np.float64) + 1e-3) * scale + shift
    assert relative_error(y, exact) < 3e-7


def test_float64_gradients_agree_with_finite_differences():
    rng = np.random.default_rng(3)
    x, grad = rng.standard_normal((2, 3, 3, 4)), rng.standard_normal((2, 3, 3, 4))
    scale, shift = rng.standard_normal(4), rng.standard_normal(4)

    def loss():
        return np.vdot(kernels.batch_norm_forward(x, scale, shift, epsilon=0.1)[0], grad)

    _, mean, inverse_std = kernels.batch_norm_forward(x, scale, shift, epsilon=0.1)
    gradients = kernels.batch_norm_backward(x, grad, scale, mean, inverse_std)
    for array, gradient in zip((x, scale, shift), gradients, strict=True):
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + 1e-5
            above = loss()
            array[place] = kept - 1e-5
            below = loss()
            array[place] = kept
            assert gradient[place] == pytest.approx((above - below) / 2e-5, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("shape", [(60, 30, 31), (40, 20, 20, 64), (50_001, 5)])
def test_same_bits_for_any_number_of_threads(shape, each_isa):
    x, scale, shift, grad = case(shape)
    results = []
    for count in (1, 2, 3, 4):
        with kernels.use_threads(count):
            y, mean, inverse_std = kernels.batch_norm_forward(x, scale, shift, epsilon=EPSILON)
            gradients = kernels.batch_norm_backward(x, grad, scale, mean, inverse_std)
            z = kernels.batch_norm_inference(x, scale, shift, mean, scale * scale, epsilon=EPSILON)
            results.append(b"".join(a.tobytes() for a in (y, mean, inverse_std, *gradients, z)))
    assert len(set(results)) == 1


@pytest.mark.parametrize("at", ["start", "end"])
@pytest.mark.parametrize("shape", SHAPES)
def test_stays_inside_its_arrays(shape, at, each_isa, guarded_array):
    x, scale, shift, grad = (guarded_array(a, at=at, writable=False) for a in case(shape))
    out = guarded_array(np.zeros(shape, np.float32), at=at)
    y, mean, inverse_std = kernels.batch_norm_forward(x, scale, shift, epsilon=EPSILON, out=out)
    assert y is out
    mean, inverse_std = guarded_array(mean, at=at, writable=False), guarded_array(inverse_std, at=at)
    kernels.batch_norm_backward(x, grad, scale, mean, inverse_std, out=out)
    kernels.batch_norm_inference(x, scale, shift, mean, inverse_std, epsilon=EPSILON, out=out)


def test_nan_stays_in_its_channel(each_isa):
    x, scale, shift, _ = case((50, 20))
    x[7, 3] = np.nan
    y, mean, _ = kernels.batch_norm_forward(x, scale, shift, epsilon=EPSILON)
    assert np.isnan(mean).nonzero()[0].tolist() == [3]
    assert np.isnan(y).any(axis=0).nonzero()[0].tolist() == [3]


def test_constant_channels_give_the_shift(each_isa):
    _, scale, shift, _ = case((100, 6))
    x = np.full((100, 6), 123.456, np.float32)
    y, mean, inverse_std = kernels.batch_norm_forward(x, scale, shift, epsilon=EPSILON)
    np.testing.assert_array_equal(y, np.broadcast_to(shift, y.shape))
    np.testing.assert_array_equal(mean, x[0])
    np.testing.assert_allclose(inverse_std, EPSILON**-0.5, rtol=1e-6)


def test_empty_batch(each_isa):
    x = np.empty((0, 4, 4, 3), np.float32)
    one = np.ones(3, np.float32)
    y, mean, inverse_std = kernels.batch_norm_forward(x, one, one, epsilon=1.0)
    assert y.shape == x.shape
    assert mean.tolist() == [0, 0, 0]
    assert inverse_std.tolist() == [1, 1, 1]
    dx, dscale, dshift = kernels.batch_norm_backward(x, x, one, mean, inverse_std)
    assert dx.shape == x.shape
    assert dscale.tolist() == dshift.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x, s: kernels.batch_norm_forward(x, s[:2], s, epsilon=1.0),
            r"scale must have .* shape \(3,\) for x.shape",
        ),
        (
            lambda x, s: kernels.batch_norm_forward(x, s, s.astype(float), epsilon=1.0),
            "x is float32 and shift is float64",
        ),
        (lambda x, s: kernels.batch_norm_forward(x, s, s, epsilon=0.0), "epsilon must be above 0, got 0.0"),
        (
            lambda x, s: kernels.batch_norm_forward(x, s, s, epsilon=float("nan")),
            "epsilon must be above 0, got nan",
        ),
        (lambda x, s: kernels.batch_norm_forward(s, s, s, epsilon=1.0), r"x must be \(..., channels\)"),
        (lambda x, s: kernels.batch_norm_forward(x, s, s, epsilon=1.0, out=x), "out overlaps x"),
        (
            lambda x, s: kernels.batch_norm_inference(x, s, s, s, -s, epsilon=1.0),
            "variance must be at least 0, got -1",
        ),
        (
            lambda x, s: kernels.batch_norm_backward(x, x[:2], s, s, s),
            r"grad.shape=\(2, 3\) differs from x.shape=\(5, 3\)",
        ),
        (lambda x, s: kernels.batch_norm_backward(x, x + 1, s, s, s, out=x), "out overlaps x"),
        (lambda x, s: kernels.batch_norm_backward(x.astype(int), x, s, s, s), "x must be float32 or float64"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ShapeError, match=message):
        call(np.ones((5, 3), np.float32), np.ones(3, np.float32))


@pytest.mark.parametrize("shape", [(4, 6, 5, 12), (3, 4, 4, 3)])
def test_agrees_with_torch(shape, each_isa):
    torch = pytest.importorskip("torch", reason="the parity extra is not installed")
    x, scale, shift, grad = case(shape)
    first = torch.tensor(x.transpose(0, 3, 1, 2).copy(), requires_grad=True)
    weight, bias = torch.tensor(scale, requires_grad=True), torch.tensor(shift, requires_grad=True)
    result = torch.nn.functional.batch_norm(first, None, None, weight, bias, training=True, eps=EPSILON)
    result.backward(torch.tensor(grad.transpose(0, 3, 1, 2).copy()))
    y, mean, inverse_std = kernels.batch_norm_forward(x, scale, shift, epsilon=EPSILON)
    dx, dscale, dshift = kernels.batch_norm_backward(x, grad, scale, mean, inverse_std)
    close = {"rtol": 2e-5, "atol": 2e-5}
    np.testing.assert_allclose(y, result.detach().numpy().transpose(0, 2, 3, 1), **close)
    np.testing.assert_allclose(dx, first.grad.numpy().transpose(0, 2, 3, 1), **close)
    np.testing.assert_allclose(dscale, weight.grad.numpy(), **close)
    np.testing.assert_allclose(dshift, bias.grad.numpy(), **close)
    running = (torch.tensor(mean), torch.tensor(scale * scale))
    theirs = torch.nn.functional.batch_norm(first, *running, weight, bias, training=False, eps=EPSILON)
    ours = kernels.batch_norm_inference(x, scale, shift, mean, scale * scale, epsilon=EPSILON)
    np.testing.assert_allclose(ours, theirs.detach().numpy().transpose(0, 2, 3, 1), **close)


def planned(plan, x, scale, shift, grad, in_place=True):
    """y, dx, dscale, dshift and the running statistics of one step."""
    y, running = np.empty_like(x), [np.zeros_like(scale), np.ones_like(scale)]
    grad, dscale, dshift = grad.copy(), np.empty_like(scale), np.empty_like(scale)
    dx = grad if in_place else np.empty_like(x)
    plan.forward(x, scale, shift, y, *running)
    plan.backward(x, grad, scale, shift, dscale, dshift, dx)
    return [y, dx, dscale, dshift, *running]


@pytest.mark.parametrize(
    "activation", [None, "relu", "tanh", "gelu", ("leaky_relu", {"negative_slope": -0.5})]
)
@pytest.mark.parametrize("shape", [*SHAPES, (3, 4097)])
def test_a_plan_gives_what_separate_passes_give(shape, activation, each_isa):
    x, scale, shift, grad = case(shape)
    plan = kernels.BatchNormPlan(shape[-1], epsilon=EPSILON, momentum=0.75, activation=activation)
    results = planned(plan, x, scale, shift, grad)
    before, mean, inverse_std = kernels.batch_norm_forward(x, scale, shift, epsilon=EPSILON)
    y = before
    if activation is not None:
        name, parameters = (activation, {}) if isinstance(activation, str) else activation
        y = kernels.activation_forward(before, name, **parameters)
        saved = y if kernels.activation_saves(name, **parameters) == "output" else before
        grad = kernels.activation_backward(saved, grad, name, **parameters)
    expected = [y, *kernels.batch_norm_backward(x, grad, scale, mean, inverse_std)]
    for values, right in zip(results, expected, strict=False):
        np.testing.assert_allclose(values, right, rtol=1e-5, atol=1e-5)
    count = x.size // shape[-1]
    unbiased = x.astype(np.float64).reshape(count, -1).var(axis=0) * count / max(1, count - 1)
    np.testing.assert_allclose(results[4], 0.25 * mean, rtol=1e-5)
    np.testing.assert_allclose(results[5], 0.75 + 0.25 * unbiased, rtol=1e-4)
    inferred = np.empty_like(x)
    plan.inference(x, scale, shift, mean, 1 / inverse_std**2 - EPSILON, inferred)
    np.testing.assert_allclose(inferred, y, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("activation", [None, "relu", "silu"])
def test_a_plan_gives_the_same_bits_for_any_number_of_threads_and_in_place(activation, each_isa):
    results = set()
    for threads in (1, 2, 3, 4):
        plan = kernels.BatchNormPlan(24, epsilon=EPSILON, momentum=0.9, activation=activation)
        with kernels.use_threads(threads):
            arrays = planned(plan, *case((9, 61, 60, 24)), in_place=threads % 2 == 0)
        results.add(b"".join(array.tobytes() for array in arrays))
    assert len(results) == 1


def test_a_plan_refuses_arrays_that_would_be_read_wrongly():
    x, scale, shift, _ = case((4, 3))
    plan = kernels.BatchNormPlan(3, epsilon=EPSILON, momentum=0.9)
    with pytest.raises(ShapeError, match=r"BatchNormPlan: x must be \(..., 3\), got x.shape=\(3, 4\)"):
        plan.forward(np.ascontiguousarray(x.T), scale, shift, x, scale, shift)
    with pytest.raises(ShapeError, match="BatchNormPlan: scale must have 3 values"):
        plan.forward(x, scale[:2], shift, x.copy(), scale, shift)
