"""Winograd's convolution: tiles of 2x2 in float32, of 4x4 in fast; what is not finite stays in place."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from convlab import kernels

# Other instruction sets extend the last of these.
ISAS = [isa for isa in kernels.isas() if isa in ("baseline", "avx2", "avx512")]
OPERATIONS = ("forward", "backward_input", "backward_weight")
LARGEST = float(np.finfo(np.float32).max)


class Kind(NamedTuple):
    """One size of tiles, the precision that takes it, and its bound for relative errors."""

    precision: str
    algorithm: str
    largest_error: float


KINDS = (Kind("float32", "winograd2", 1e-6), Kind("fast", "winograd4", 5e-6))

# Tails of channels, padding beyond the kernel, more tiles than are done at once.
ODD: dict[str, tuple[Any, ...]] = {
    "tails": ((3, 15, 13, 35), (67, 3, 3, 35), {"padding": 1}),
    "one vector behind a block": ((2, 24, 24, 41), (52, 3, 3, 41), {"padding": "same"}),
    "no padding": ((5, 18, 22, 40), (40, 3, 3, 40), {}),
    "asymmetric": ((4, 10, 8, 48), (41, 3, 3, 48), {"padding": ((0, 3), (2, 1))}),
    "wide": ((1, 9, 150, 33), (47, 3, 3, 33), {"padding": ((1, 1), (2, 0))}),
    "several batches": ((1, 61, 60, 48), (40, 3, 3, 48), {"padding": 1}),
}


@pytest.fixture(params=KINDS, ids=lambda kind: kind.algorithm)
def kind(request):
    """Both sizes of tiles, each in its precision."""
    with kernels.use_precision(request.param.precision):
        yield request.param


@pytest.fixture(params=ISAS)
def isa(request):
    """Every instruction set with kernels of its own."""
    with kernels.use_isa(request.param):
        yield request.param


def check_takes(case: Any, algorithm: str) -> None:
    assert [case.takes(operation) for operation in OPERATIONS] == [algorithm] * 3, case


@pytest.mark.parametrize("name", ODD)
def test_errors_at_edges_and_tails(isa, kind, name, conv_case, relative_error):
    case = conv_case(*ODD[name])
    check_takes(case, kind.algorithm)
    arrays = case.arrays(np.random.default_rng(1), integers=False)
    result, exact = case.run(arrays), case.exact(arrays)
    for key, values in result.items():
        assert relative_error(values, exact[key]) <= kind.largest_error, (key, case)


def test_errors_of_random_geometries(isa, kind, conv_case, relative_error):
    rng = np.random.default_rng(2)
    taken = 0
    for _ in range(40):
        c, k, h, w = (int(rng.integers(low, high)) for low, high in ((12, 50), (12, 50), (1, 14), (1, 14)))
        padding = tuple((int(rng.integers(1, 4)), int(rng.integers(1, 4))) for _ in range(2))
        case = conv_case((int(rng.integers(1, 5)), h, w, c), (k, 3, 3, c), {"padding": padding})
        taken += case.takes("forward") == kind.algorithm
        arrays = case.arrays(rng, integers=False)
        result, exact = case.run(arrays), case.exact(arrays)
        for key, values in result.items():
            assert relative_error(values, exact[key]) <= kind.largest_error, (key, case)
    assert taken > 10


@pytest.mark.parametrize("name", ODD)
def test_tiles_of_2x2_are_exact_on_whole_numbers(isa, name, conv_case, equal, zero_fraction):
    case = conv_case(*ODD[name])
    check_takes(case, "winograd2")
    arrays = case.arrays(np.random.default_rng(3), integers=True)
    result = case.run(arrays)
    equal(result, {key: v.astype(np.float32) for key, v in case.exact(arrays).items()}, case)
    zero_fraction.add(result)
    zero_fraction.check()


@pytest.mark.parametrize("name", ["tails", "wide", "several batches"])
def test_the_bits_do_not_depend_on_the_threads(isa, kind, name, conv_case, equal):
    case = conv_case(*ODD[name])
    arrays = case.arrays(np.random.default_rng(4), integers=False)
    with kernels.use_threads(1):
        expected = case.run(arrays)
    for threads in range(2, 9):
        with kernels.use_threads(threads):
            equal(case.run(arrays), expected, (threads, name))


def test_neither_choice_nor_bits_depend_on_the_batch(isa, kind, conv_case):
    for x_shape, w_shape, options in ODD.values():
        for n in (1, 2, 64):
            check_takes(conv_case((n, *x_shape[1:]), w_shape, options), kind.algorithm)
    case = conv_case(*ODD["tails"])
    arrays = case.arrays(np.random.default_rng(5), integers=False)
    x, w, grad = arrays["x"], arrays["w"], arrays["grad"]
    alone = kernels.conv2d(x[1:2], w, padding=1)
    np.testing.assert_array_equal(alone, kernels.conv2d(x, w, padding=1)[1:2])
    alone = kernels.conv2d_backward_input(grad[2:3], w, (1, *x.shape[1:]), padding=1)
    np.testing.assert_array_equal(alone, kernels.conv2d_backward_input(grad, w, x.shape, padding=1)[2:3])


@pytest.mark.parametrize("activation", ["relu", "gelu", ("leaky_relu", {"negative_slope": 0.25})])
@pytest.mark.parametrize("name", ["tails", "one vector behind a block"])
def test_bias_and_activation_are_fused(isa, kind, name, activation, conv_case):
    case = conv_case(*ODD[name])
    arrays = case.arrays(np.random.default_rng(6), integers=False)
    x, w, bias = arrays["x"], arrays["w"], arrays["bias"]
    function, parameters = (activation, {}) if isinstance(activation, str) else activation
    y = kernels.conv2d(x, w, bias, activation=activation, **case.options)
    plain = kernels.conv2d(x, w, **case.options) + bias
    np.testing.assert_array_equal(y, kernels.activation_forward(plain, function, **parameters))


@pytest.mark.parametrize("at", ["start", "end"])
def test_nothing_outside_the_arrays_is_touched(at, isa, kind, guarded_array, conv_case, equal):
    for name in ("tails", "one vector behind a block", "no padding", "asymmetric"):
        case = conv_case(*ODD[name])
        arrays = case.arrays(np.random.default_rng(7), integers=False)
        fixed = {key: guarded_array(values, at=at, writable=False) for key, values in arrays.items()}
        with kernels.use_threads(2):
            expected = case.run(arrays)
            out = {key: guarded_array(np.zeros_like(values), at=at) for key, values in expected.items()}
            case.run_into(fixed, out)
        equal(out, expected, (at, name))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", [0, 0.5, 1])
def test_what_is_not_finite_stays_in_the_windows_that_see_it(
    isa, kind, value, where, conv_case, padded_by_hand
):
    case = conv_case(*ODD["tails"])
    check_takes(case, kind.algorithm)
    for key, readers in (("x", ("y", "dw")), ("w", ("y", "dx")), ("grad", ("dx", "dw", "db"))):
        arrays = case.arrays(np.random.default_rng(8), integers=True)
        arrays[key].flat[int(where * (arrays[key].size - 1))] = value
        expected, result = padded_by_hand(arrays, 1), case.run(arrays)
        for name in readers:
            assert 0 < np.count_nonzero(~np.isfinite(result[name])) < result[name].size
            np.testing.assert_array_equal(result[name], expected[name], err_msg=f"{key} -> {name}")


def test_a_relu_hides_no_infinity_from_the_check(isa, kind, conv_case):
    case = conv_case(*ODD["tails"])
    arrays = case.arrays(np.random.default_rng(9), integers=True)
    arrays["x"][1, 7, 6, 20] = -np.inf
    x, w, bias = arrays["x"], arrays["w"], arrays["bias"]
    y = kernels.conv2d(x, w, bias, activation="relu", **case.options)
    plain = kernels.conv2d(x, w, bias, **case.options)
    np.testing.assert_array_equal(y, kernels.activation_forward(plain, "relu"))
    assert np.isinf(y).any()
    assert np.isfinite(y).mean() > 0.9


def test_an_overflow_of_the_transforms_alone_does_no_harm(isa, kind):
    """Two neighbours of one sign: a transform adds them, no window does."""
    rng = np.random.default_rng(10)
    x, grad = (
        rng.choice([-0.9 * LARGEST, 0.9 * LARGEST], (2, 12, 12, 32)).astype(np.float32) for _ in range(2)
    )
    w = np.zeros((32, 3, 3, 32), np.float32)
    w[:, 1, 1] = np.eye(32)
    y = kernels.conv2d(x, w, padding=1)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(kernels.conv2d_backward_input(grad, w, x.shape, padding=1), grad)
    x *= (np.indices(x.shape)[1:3] == 6).all(axis=0) * (np.arange(2) == 0)[:, None, None, None]
    small = np.sign(grad) * np.float32(0.5)
    dw, _ = kernels.conv2d_backward_weight(x, small, w.shape, padding=1)
    expected = np.einsum("ijk,c->kijc", small[0, 5:8, 5:8][::-1, ::-1], x[0, 6, 6])
    np.testing.assert_array_equal(dw, expected)


def test_an_empty_batch_works(isa, kind):
    x, w = np.empty((0, 32, 32, 64), np.float32), np.ones((64, 3, 3, 64), np.float32)
    plan = kernels.Conv2DPlan((8, 32, 32, 64), w.shape, padding=1)
    y, dw, db = np.empty((0, 32, 32, 64), np.float32), np.ones_like(w), np.ones(64, np.float32)
    plan.forward(x, w, None, y)
    plan.backward_input(y, w, x)
    plan.backward_weight(x, y, dw, db)
    assert not dw.any()
    assert not db.any()


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "options", "reason"),
    [
        ((8, 32, 32, 64), (64, 5, 5, 64), {}, "not a 3x3 kernel in one group"),
        ((8, 32, 32, 64), (64, 3, 3, 32), {"groups": 2}, "not a 3x3 kernel in one group"),
        ((8, 32, 32, 64), (64, 3, 3, 64), {"stride": 2}, "stride and dilation must be 1"),
        ((8, 32, 32, 64), (64, 3, 3, 64), {"dilation": 2}, "stride and dilation must be 1"),
        ((8, 32, 32, 1), (64, 3, 3, 1), {}, "too few channels or pixels"),
        ((8, 1, 1, 64), (64, 3, 3, 64), {}, "too few channels or pixels"),
        ((8, 32, 32, 2048), (1024, 3, 3, 2048), {}, "too many channels"),
    ],
)
def test_it_refuses_with_a_reason(isa, kind, x_shape, w_shape, options, reason, conv_case):
    case = conv_case(x_shape, w_shape, {"padding": 1, **options})
    for operation in OPERATIONS:
        assert case.reasons(operation)[kind.algorithm].startswith(reason)


def test_float32_refuses_tiles_of_4x4(isa, conv_case):
    case = conv_case((8, 32, 32, 64), (64, 3, 3, 64), {"padding": 1})
    for operation in OPERATIONS:
        reason = case.reasons(operation)["winograd4"]
        assert reason == "precision is float32: the rounding errors of 4x4 tiles need fast"
        assert case.takes(operation) == "winograd2"
