"""Winograd's convolution of 5x5 kernels, whose taps are split in three and two."""

from typing import Any

import numpy as np
import pytest

from convlab import kernels

# Other instruction sets extend the last of these.
ISAS = [isa for isa in kernels.isas() if isa in ("baseline", "avx2", "avx512")]
OPERATIONS = ("forward", "backward_input", "backward_weight")
SPLIT = "winograd2_split"

# Tails of channels, tiles that lack outputs, padding beyond the kernel, several chains of terms, many tiles.
ODD: dict[str, tuple[Any, ...]] = {
    "tails": ((3, 15, 13, 35), (67, 5, 5, 35), {"padding": 2}),
    "no padding": ((2, 18, 23, 40), (52, 5, 5, 40), {}),
    "asymmetric": ((4, 10, 9, 130), (41, 5, 5, 130), {"padding": ((0, 5), (4, 1))}),
    "several batches": ((1, 50, 48, 33), (48, 5, 5, 33), {"padding": "same"}),
}


@pytest.fixture(params=ISAS)
def isa(request):
    """Every instruction set with kernels of its own."""
    with kernels.use_isa(request.param):
        yield request.param


def check_takes(case: Any) -> None:
    assert [case.takes(operation) for operation in OPERATIONS] == [SPLIT] * 3, case


@pytest.mark.parametrize("name", ODD)
def test_it_is_close_on_reals_and_exact_on_whole_numbers(
    isa, name, conv_case, relative_error, equal, zero_fraction
):
    case = conv_case(*ODD[name])
    check_takes(case)
    arrays = case.arrays(np.random.default_rng(1), integers=False)
    result, exact = case.run(arrays), case.exact(arrays)
    for key, values in result.items():
        assert relative_error(values, exact[key]) <= 6e-7, (key, case)
    arrays = case.arrays(np.random.default_rng(2), integers=True)
    result = case.run(arrays)
    equal(result, {key: v.astype(np.float32) for key, v in case.exact(arrays).items()}, case)
    zero_fraction.add(result)
    zero_fraction.check()


def test_random_geometries_are_exact_on_whole_numbers(isa, conv_case, equal):
    rng = np.random.default_rng(3)
    taken = 0
    for _ in range(30):
        c, k, h, w = (int(rng.integers(low, high)) for low, high in ((16, 50), (16, 50), (1, 14), (1, 14)))
        padding = tuple((int(rng.integers(2, 6)), int(rng.integers(2, 6))) for _ in range(2))
        case = conv_case((int(rng.integers(1, 5)), h, w, c), (k, 5, 5, c), {"padding": padding})
        taken += case.takes("forward") == SPLIT
        arrays = case.arrays(rng, integers=True)
        exact = {key: v.astype(np.float32) for key, v in case.exact(arrays).items()}
        equal(case.run(arrays), exact, case)
    assert taken > 10


@pytest.mark.parametrize("name", ["tails", "several batches"])
def test_the_bits_do_not_depend_on_the_threads(isa, name, conv_case, equal):
    case = conv_case(*ODD[name])
    arrays = case.arrays(np.random.default_rng(4), integers=False)
    with kernels.use_threads(1):
        expected = case.run(arrays)
    for threads in range(2, 9):
        with kernels.use_threads(threads):
            equal(case.run(arrays), expected, (threads, name))


def test_neither_choice_nor_bits_depend_on_the_batch(isa, conv_case):
    x_shape, w_shape, options = ODD["tails"]
    for n in (1, 2, 64):
        check_takes(conv_case((n, *x_shape[1:]), w_shape, options))
    arrays = conv_case(x_shape, w_shape, options).arrays(np.random.default_rng(5), integers=False)
    x, w = arrays["x"], arrays["w"]
    alone = kernels.conv2d(x[1:2], w, padding=2)
    np.testing.assert_array_equal(alone, kernels.conv2d(x, w, padding=2)[1:2])


@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_bias_and_activation_are_fused(isa, activation, conv_case):
    case = conv_case(*ODD["tails"])
    arrays = case.arrays(np.random.default_rng(6), integers=False)
    x, w, bias = arrays["x"], arrays["w"], arrays["bias"]
    y = kernels.conv2d(x, w, bias, activation=activation, **case.options)
    plain = kernels.conv2d(x, w, **case.options) + bias
    np.testing.assert_array_equal(y, kernels.activation_forward(plain, activation))


@pytest.mark.parametrize("at", ["start", "end"])
def test_nothing_outside_the_arrays_is_touched(at, isa, guarded_array, conv_case, equal):
    for name in ("tails", "asymmetric"):
        case = conv_case(*ODD[name])
        arrays = case.arrays(np.random.default_rng(7), integers=False)
        fixed = {key: guarded_array(values, at=at, writable=False) for key, values in arrays.items()}
        with kernels.use_threads(2):
            expected = case.run(arrays)
            out = {key: guarded_array(np.zeros_like(values), at=at) for key, values in expected.items()}
            case.run_into(fixed, out)
        equal(out, expected, (at, name))


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_what_is_not_finite_stays_in_the_windows_that_see_it(isa, value, conv_case, padded_by_hand):
    case = conv_case(*ODD["tails"])
    for key, readers in (("x", ("y", "dw")), ("w", ("y", "dx")), ("grad", ("dx", "dw", "db"))):
        arrays = case.arrays(np.random.default_rng(8), integers=True)
        arrays[key].flat[arrays[key].size // 2] = value
        expected, result = padded_by_hand(arrays, 2), case.run(arrays)
        for name in readers:
            assert 0 < np.count_nonzero(~np.isfinite(result[name])) < result[name].size
            np.testing.assert_array_equal(result[name], expected[name], err_msg=f"{key} -> {name}")


def test_an_empty_batch_works(isa):
    x, w = np.empty((0, 14, 14, 32), np.float32), np.ones((64, 5, 5, 32), np.float32)
    plan = kernels.Conv2DPlan((8, 14, 14, 32), w.shape, padding=2)
    y, dw, db = np.empty((0, 14, 14, 64), np.float32), np.ones_like(w), np.ones(64, np.float32)
    plan.forward(x, w, None, y)
    plan.backward_input(y, w, x)
    plan.backward_weight(x, y, dw, db)
    assert not dw.any()
    assert not db.any()


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "options", "reason"),
    [
        ((8, 14, 14, 32), (64, 3, 3, 32), {}, "not a 5x5 kernel in one group"),
        ((8, 14, 14, 32), (64, 5, 5, 16), {"groups": 2}, "not a 5x5 kernel in one group"),
        ((8, 14, 14, 32), (64, 5, 5, 32), {"stride": 2}, "stride and dilation must be 1"),
        ((8, 14, 14, 32), (64, 5, 5, 32), {"dilation": 2}, "stride and dilation must be 1"),
        ((8, 28, 28, 1), (32, 5, 5, 1), {}, "too few channels or pixels"),
        ((8, 4, 14, 32), (64, 5, 5, 32), {}, "images smaller than the kernel"),
        ((8, 14, 8, 32), (64, 5, 5, 32), {"padding": 0}, "images smaller than the kernel"),
        ((8, 14, 14, 2048), (1024, 5, 5, 2048), {}, "too many channels"),
    ],
)
def test_it_refuses_with_a_reason(isa, x_shape, w_shape, options, reason, conv_case):
    case = conv_case(x_shape, w_shape, {"padding": 2, **options})
    for operation in OPERATIONS:
        assert case.reasons(operation)[SPLIT].startswith(reason)
