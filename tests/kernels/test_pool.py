"""Pooling against plain NumPy windows, PyTorch, and its own adjoint."""

import itertools

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ShapeError

# (image, window, stride, padding)
GEOMETRIES = [
    ((6, 6, 8), 2, None, 0),
    ((7, 5, 3), (2, 3), None, 0),
    ((9, 10, 13), 3, 2, 1),
    ((8, 8, 33), 3, 1, "same"),
    ((7, 7, 16), 3, 2, "same"),
    ((7, 9, 5), (3, 2), (1, 3), ((2, 0), (1, 0))),
    ((5, 5, 1), 5, None, 0),
    ((1, 1, 17), 1, None, 0),
    ((4, 4, 7), 1, 3, "valid"),
    ((20, 18, 4), (17, 16), 2, 3),
]


def image(shape, seed=0):
    return np.random.default_rng(seed).standard_normal((3, *shape)).astype(np.float32)


def sides(size, window, stride, padding):
    """Padding of both sides as the contract says."""
    pairs = {}
    for axis in (0, 1):
        if padding == "same":
            total = max((-(-size[axis] // stride[axis]) - 1) * stride[axis] + window[axis] - size[axis], 0)
            pairs[axis] = (total // 2, total - total // 2)
        elif padding == "valid":
            pairs[axis] = (0, 0)
        else:
            pairs[axis] = (padding, padding) if isinstance(padding, int) else padding[axis]
    return pairs[0], pairs[1]


def two(value):
    return (value, value) if isinstance(value, int) else value


def windows_of(x, window, stride, padding, fill):
    """(n, oh, ow, c, r, s) in float64."""
    window = two(window)
    stride = window if stride is None else two(stride)
    vertical, horizontal = sides(x.shape[1:3], window, stride, padding)
    padded = np.pad(x.astype(np.float64), ((0, 0), vertical, horizontal, (0, 0)), constant_values=fill)
    views = np.lib.stride_tricks.sliding_window_view(padded, window, axis=(1, 2))
    return views[:, :: stride[0], :: stride[1]]


@pytest.mark.parametrize(("shape", "window", "stride", "padding"), GEOMETRIES)
def test_max_is_that_of_the_windows(shape, window, stride, padding, each_isa):
    x = image(shape)
    views = windows_of(x, window, stride, padding, -np.inf)
    y, indices = kernels.max_pool2d_indices(x, window, stride=stride, padding=padding)
    flat = views.reshape(*views.shape[:4], -1)
    np.testing.assert_array_equal(y, flat.max(axis=-1))
    np.testing.assert_array_equal(indices, flat.argmax(axis=-1))
    assert indices.dtype == kernels.pool_index_dtype(window)
    np.testing.assert_array_equal(kernels.max_pool2d(x, window, stride=stride, padding=padding), y)
    assert y.shape == kernels.pool2d_output_shape(x.shape, window, stride=stride, padding=padding)


@pytest.mark.parametrize("include", [False, True])
@pytest.mark.parametrize(("shape", "window", "stride", "padding"), GEOMETRIES)
def test_average_is_that_of_the_windows(shape, window, stride, padding, include, each_isa):
    x = image(shape)
    views = windows_of(x, window, stride, padding, np.nan)
    count = views.shape[-1] * views.shape[-2] if include else (~np.isnan(views)).sum(axis=(-2, -1))
    exact = np.nansum(views, axis=(-2, -1)) / count
    y = kernels.avg_pool2d(x, window, stride=stride, padding=padding, count_include_pad=include)
    np.testing.assert_allclose(y, exact, rtol=1e-6, atol=5e-7)


@pytest.mark.parametrize(("shape", "window", "stride", "padding"), GEOMETRIES)
def test_max_backward_adds_to_the_chosen_pixels(shape, window, stride, padding, each_isa):
    x = image(shape)
    y, indices = kernels.max_pool2d_indices(x, window, stride=stride, padding=padding)
    grad = np.random.default_rng(1).integers(-9, 10, y.shape).astype(np.float32)
    dx = kernels.max_pool2d_backward(grad, indices, x.shape, window, stride=stride, padding=padding)
    expected = np.zeros(x.shape)
    window, steps = two(window), two(window if stride is None else stride)
    (top, _), (left, _) = sides(shape[:2], window, steps, padding)
    for n, i, j, c in itertools.product(*map(range, y.shape)):
        r, s = divmod(int(indices[n, i, j, c]), window[1])
        expected[n, i * steps[0] - top + r, j * steps[1] - left + s, c] += grad[n, i, j, c]
    np.testing.assert_array_equal(dx, expected)


@pytest.mark.parametrize("include", [False, True])
@pytest.mark.parametrize(("shape", "window", "stride", "padding"), GEOMETRIES)
def test_average_backward_is_the_adjoint(shape, window, stride, padding, include, each_isa):
    options = {"stride": stride, "padding": padding, "count_include_pad": include}
    x = image(shape).astype(np.float64)
    y = kernels.avg_pool2d(x, window, **options)
    grad = np.random.default_rng(1).standard_normal(y.shape)
    dx = kernels.avg_pool2d_backward(grad, x.shape, window, **options)
    assert np.vdot(y, grad) == pytest.approx(np.vdot(x, dx), rel=1e-10)
    single = kernels.avg_pool2d_backward(grad.astype(np.float32), x.shape, window, **options)
    np.testing.assert_allclose(single, dx, rtol=1e-5, atol=1e-6)


def test_nan_wins_and_stays_in_its_window(each_isa):
    x = image((6, 6, 9))
    x[1, 2, 3, :] = np.nan
    y, indices = kernels.max_pool2d_indices(x, 2)
    wrong = np.isnan(y)
    assert wrong[1, 1, 1].all()
    assert wrong.sum() == 9
    assert (indices[1, 1, 1] == 1).all()
    np.testing.assert_array_equal(kernels.max_pool2d(x, 2), y)
    assert np.isnan(kernels.avg_pool2d(x, 2)).sum() == 9


def test_minus_infinity_is_a_value_like_any_other(each_isa):
    x = np.full((1, 2, 2, 9), -np.inf, np.float32)
    y, indices = kernels.max_pool2d_indices(x, 2, padding=1, stride=1)
    assert (y == -np.inf).all()
    dx = kernels.max_pool2d_backward(np.ones_like(y), indices, x.shape, 2, padding=1, stride=1)
    assert dx.sum() == y.size


def test_global_average(each_isa):
    for shape in [(7, 5, 3), (1, 1, 40), (64, 64, 37), (8, 8, 70)]:
        x = image(shape)
        np.testing.assert_allclose(
            kernels.global_average_pool(x), x.astype(np.float64).mean(axis=(1, 2)), rtol=0, atol=2e-7
        )
        grad = image((1, 1, shape[2]))[:, 0, 0]
        dx = kernels.global_average_pool_backward(grad, x.shape)
        np.testing.assert_allclose(
            dx, np.broadcast_to(grad[:, None, None] / (shape[0] * shape[1]), x.shape), rtol=1e-6
        )


def every_result(x):
    y, indices = kernels.max_pool2d_indices(x, 3, stride=2, padding=1)
    options = {"stride": 2, "padding": 1}
    return [
        y,
        indices,
        kernels.max_pool2d_backward(y, indices, x.shape, 3, **options),
        kernels.avg_pool2d(x, 3, **options),
        kernels.avg_pool2d_backward(y, x.shape, 3, **options),
        kernels.global_average_pool(x),
        kernels.global_average_pool_backward(x[:, 0, 0], x.shape),
    ]


@pytest.mark.parametrize("shape", [(1, 61, 60, 24), (9, 20, 21, 24)])
def test_same_bits_for_any_number_of_threads(shape, each_isa):
    x = np.random.default_rng(5).standard_normal(shape).astype(np.float32)
    results = []
    for count in (1, 2, 3, 4):
        with kernels.use_threads(count):
            results.append(b"".join(array.tobytes() for array in every_result(x)))
    assert len(set(results)) == 1


@pytest.mark.parametrize("at", ["start", "end"])
@pytest.mark.parametrize(("shape", "window", "stride", "padding"), GEOMETRIES)
def test_stays_inside_its_arrays(shape, window, stride, padding, at, each_isa, guarded_array):
    x = guarded_array(image(shape), at=at, writable=False)
    options = {"stride": stride, "padding": padding}
    y, indices = kernels.max_pool2d_indices(x, window, **options)
    out, out_indices = guarded_array(y * 0, at=at), guarded_array(indices * 0, at=at)
    kernels.max_pool2d_indices(x, window, **options, out=out, out_indices=out_indices)
    np.testing.assert_array_equal(out, y)
    np.testing.assert_array_equal(out_indices, indices)
    dx = guarded_array(np.zeros(x.shape, np.float32), at=at)
    grad = guarded_array(y, at=at, writable=False)
    kernels.max_pool2d_backward(grad, out_indices, x.shape, window, **options, out=dx)
    kernels.max_pool2d(x, window, **options, out=out)
    kernels.avg_pool2d(x, window, **options, out=out)
    kernels.avg_pool2d_backward(grad, x.shape, window, **options, out=dx)
    means = guarded_array(x[:, 0, 0], at=at)
    kernels.global_average_pool(x, out=means)
    kernels.global_average_pool_backward(means, x.shape, out=dx)


def test_empty_batch(each_isa):
    x = np.empty((0, 6, 6, 3), np.float32)
    y, indices = kernels.max_pool2d_indices(x, 2)
    assert y.shape == indices.shape == kernels.avg_pool2d(x, 2).shape == (0, 3, 3, 3)
    assert kernels.max_pool2d_backward(y, indices, x.shape, 2).shape == x.shape
    assert kernels.avg_pool2d_backward(y, x.shape, 2).shape == x.shape
    assert kernels.global_average_pool(x).shape == (0, 3)
    assert kernels.global_average_pool_backward(np.empty((0, 3), np.float32), x.shape).shape == x.shape


def test_inputs_of_any_layout_work(each_isa):
    x = image((6, 8, 5))
    expected = kernels.max_pool2d(x, 2)
    np.testing.assert_array_equal(kernels.max_pool2d(np.asfortranarray(x), 2), expected)
    np.testing.assert_array_equal(
        kernels.max_pool2d(x.astype(">f4"), [2, 2], padding=[[0, 0], [0, 0]]), expected
    )
    flipped = kernels.max_pool2d(x[:, ::-1], 2)
    np.testing.assert_array_equal(flipped, expected[:, ::-1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: kernels.max_pool2d(x[0], 2), r"max_pool2d: x must have 4 axes \(n, h, w, c\), got 3"),
        (lambda x: kernels.max_pool2d(x, 0), "window must be a whole number >= 1, got 0"),
        (lambda x: kernels.max_pool2d(x, 2, stride=0), "stride must be a whole number >= 1, got 0"),
        (lambda x: kernels.max_pool2d(x, 2.0), "window must be a whole number >= 1, got 2.0"),
        (
            lambda x: kernels.avg_pool2d(x, 7),
            "avg_pool2d: the window of 7x7 is larger than the padded input of 6x6",
        ),
        (lambda x: kernels.max_pool2d(x, 2, padding=2), "padding at the top .* must be less than the window"),
        (lambda x: kernels.max_pool2d(x, 2, padding=-1), "padding must be a whole number >= 0, got -1"),
        (lambda x: kernels.max_pool2d(x, 2, padding="full"), "padding must be .* got 'full'"),
        (lambda x: kernels.max_pool2d(x.astype(int), 2), "x must be float32 or float64, got int64"),
        (lambda x: kernels.max_pool2d(x, 2, out=x), r"out must have shape \(3, 3, 3, 4\)"),
        (lambda x: kernels.max_pool2d(x, 1, out=x), "out overlaps x in memory"),
        (lambda x: kernels.avg_pool2d(x, 1, out=x), "avg_pool2d: out overlaps x"),
        (
            lambda x: kernels.max_pool2d_backward(x, np.zeros(x.shape, np.uint8), x.shape, 2),
            r"grad must have shape \(3, 3, 3, 4\) for input_shape",
        ),
        (
            lambda x: kernels.max_pool2d_backward(x, np.zeros(x.shape, np.int64), x.shape, 1),
            "indices must have shape .* and dtype uint8 as max_pool2d_indices gives them",
        ),
        (
            lambda x: kernels.max_pool2d_indices(x, 1, out_indices=np.empty(x.shape, np.int32)),
            "out_indices must",
        ),
        (lambda x: kernels.avg_pool2d_backward(x, x.shape, 1, out=x), "out overlaps grad"),
        (lambda x: kernels.global_average_pool_backward(x, x.shape), r"grad must have shape \(3, 4\)"),
        (
            lambda x: kernels.global_average_pool(x[:, :0]),
            r"each of x.shape\[1:\] must be a whole number >= 1",
        ),
        (lambda x: kernels.pool2d_output_shape((1, 2**40, 2**40, 8), 2), "more than the limit"),
        (lambda x: kernels.max_pool2d(x, 2**20, padding=2**20 - 1), "has more than 2147483647 positions"),
        (
            lambda x: kernels.max_pool2d(x, (2**30, 1), stride=1, padding=((2**30 - 1,) * 2, (0, 0))),
            "the output would have .* more than the limit",
        ),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ShapeError, match=message):
        call(image((6, 6, 4)))


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize(("window", "stride"), [(2, 2), (3, 2), (3, 1)])
def test_agrees_with_torch(window, stride, padding, each_isa):
    torch = pytest.importorskip("torch", reason="the parity extra is not installed")
    x = np.random.default_rng(6).integers(-2, 3, (2, 9, 8, 11)).astype(np.float32)  # many ties
    x[0, 4, 4, :3] = np.nan
    options = {"stride": stride, "padding": padding}

    def compare(function, ours, ours_backward):
        theirs = torch.tensor(x.transpose(0, 3, 1, 2).copy(), requires_grad=True)
        result = function(theirs)
        grad = np.random.default_rng(7).standard_normal(ours.shape).astype(np.float32)
        result.backward(torch.tensor(grad.transpose(0, 3, 1, 2).copy()))
        np.testing.assert_allclose(ours, result.detach().numpy().transpose(0, 2, 3, 1), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(
            ours_backward(grad), theirs.grad.numpy().transpose(0, 2, 3, 1), rtol=1e-6, atol=1e-6
        )

    y, indices = kernels.max_pool2d_indices(x, window, **options)
    compare(
        lambda t: torch.nn.functional.max_pool2d(t, window, **options),
        y,
        lambda grad: kernels.max_pool2d_backward(grad, indices, x.shape, window, **options),
    )
    for include in (False, True):
        compare(
            lambda t, include=include: torch.nn.functional.avg_pool2d(
                t, window, **options, count_include_pad=include
            ),
            kernels.avg_pool2d(x, window, **options, count_include_pad=include),
            lambda grad, include=include: kernels.avg_pool2d_backward(
                grad, x.shape, window, **options, count_include_pad=include
            ),
        )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_plan_gives_what_the_functions_give(dtype, each_isa):
    x = image((9, 10, 13)).astype(dtype)
    options = {"stride": 2, "padding": 1}
    plan = kernels.pool_plan(x.shape, 3, **options)
    expected, positions = kernels.max_pool2d_indices(x, 3, **options)
    y, indices, dx = np.empty_like(expected), np.empty_like(positions), np.empty_like(x)
    plan.max_forward(x, y, indices)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(indices, positions)
    plan.max_backward(y, indices, dx)
    np.testing.assert_array_equal(dx, kernels.max_pool2d_backward(y, indices, x.shape, 3, **options))
    plan.avg_forward(x[:2], y[:2])
    np.testing.assert_array_equal(y[:2], kernels.avg_pool2d(x[:2], 3, **options))
    plan.avg_backward(y[:2], dx[:2])
    np.testing.assert_array_equal(dx[:2], kernels.avg_pool2d_backward(y[:2], x[:2].shape, 3, **options))
    means = np.empty((3, 13), dtype)
    plan.global_forward(x, means)
    np.testing.assert_array_equal(means, kernels.global_average_pool(x))
    plan.global_backward(means, dx)
    np.testing.assert_array_equal(dx, kernels.global_average_pool_backward(means, x.shape))


def test_a_plan_refuses_arrays_that_would_be_read_wrongly():
    x, y = image((4, 4, 2)), np.empty((3, 2, 2, 2), np.float32)
    plan = kernels.pool_plan(x.shape, 2)
    with pytest.raises(ShapeError, match=r"PoolPlan: y must have 24 values, got y.shape=\(2, 2, 2, 2\)"):
        plan.avg_forward(x, y[:2])
    with pytest.raises(ShapeError, match="PoolPlan: indices must be uint8"):
        plan.max_forward(x, y, np.empty(y.shape, np.int32))
    with pytest.raises(ShapeError, match="PoolPlan: y must have 6 values"):
        plan.global_forward(x, y)
