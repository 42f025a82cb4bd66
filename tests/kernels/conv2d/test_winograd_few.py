"""Winograd's convolution of few input channels, whose products stay in registers: forward, with AVX-512."""

from typing import Any

import numpy as np
import pytest

from convlab import kernels

NAME = "winograd2_few"
pytestmark = pytest.mark.skipif(
    "avx512" not in kernels.isas(), reason="its sums need 32 registers: this CPU has no AVX-512"
)

# Tails of channels, odd sizes, padding beyond the kernel, parts of 1, 2 and 3 tiles.
CASES: dict[str, tuple[Any, ...]] = {
    "whole vectors": ((3, 12, 16, 3), (64, 3, 3, 3), {"padding": 1}),
    "tails": ((2, 9, 11, 3), (67, 3, 3, 3), {"padding": 1}),
    "four inputs": ((2, 8, 22, 4), (40, 3, 3, 4), {"padding": "same"}),
    "no padding": ((2, 13, 14, 3), (32, 3, 3, 3), {}),
    "asymmetric": ((2, 6, 5, 4), (48, 3, 3, 4), {"padding": ((0, 3), (4, 1))}),
    "one row of tiles": ((1, 2, 150, 3), (33, 3, 3, 3), {"padding": ((1, 1), (2, 0))}),
}


@pytest.fixture(params=CASES)
def case(request, conv_case):
    """Every geometry, on the instruction set that has the kernel."""
    with kernels.use_isa("avx512"):
        found = conv_case(*CASES[request.param])
        assert found.takes("forward") == NAME
        yield found


def forward(case: Any, arrays: Any, **options: Any) -> Any:
    return kernels.conv2d(arrays["x"], arrays["w"], arrays["bias"], **case.options, **options)


def test_errors_are_those_of_float32(case, relative_error):
    arrays = case.arrays(np.random.default_rng(1), integers=False)
    assert relative_error(forward(case, arrays), case.exact(arrays)["y"]) <= 3e-7


def test_whole_numbers_are_exact(case):
    arrays = case.arrays(np.random.default_rng(2), integers=True)
    np.testing.assert_array_equal(forward(case, arrays), case.exact(arrays)["y"].astype(np.float32))


def test_the_bits_depend_neither_on_the_threads_nor_on_the_batch(case):
    arrays = case.arrays(np.random.default_rng(3), integers=False)
    with kernels.use_threads(1):
        expected = forward(case, arrays)
    for threads in range(2, 9):
        with kernels.use_threads(threads):
            np.testing.assert_array_equal(forward(case, arrays), expected)
    alone = forward(case, {**arrays, "x": arrays["x"][-1:]})
    np.testing.assert_array_equal(alone, expected[-1:])


@pytest.mark.parametrize("activation", ["relu", "gelu", ("leaky_relu", {"negative_slope": 0.25})])
def test_bias_and_activation_are_fused(case, activation):
    arrays = case.arrays(np.random.default_rng(4), integers=False)
    function, parameters = (activation, {}) if isinstance(activation, str) else activation
    plain = kernels.conv2d(arrays["x"], arrays["w"], **case.options) + arrays["bias"]
    np.testing.assert_array_equal(
        forward(case, arrays, activation=activation),
        kernels.activation_forward(plain, function, **parameters),
    )


@pytest.mark.parametrize("at", ["start", "end"])
def test_nothing_outside_the_arrays_is_touched(case, at, guarded_array):
    arrays = case.arrays(np.random.default_rng(5), integers=False)
    expected = forward(case, arrays)
    fixed = {key: guarded_array(values, at=at, writable=False) for key, values in arrays.items()}
    out = guarded_array(np.zeros_like(expected), at=at)
    with kernels.use_threads(2):
        forward(case, fixed, out=out)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("activation", [None, "relu"])
def test_what_is_not_finite_stays_in_the_windows_that_see_it(case, value, activation):
    """As with the direct kernel, which the baseline takes."""
    arrays = case.arrays(np.random.default_rng(6), integers=True)
    for key in ("x", "w"):
        changed = {**arrays, key: arrays[key].copy()}
        changed[key].flat[changed[key].size // 2] = value
        with kernels.use_isa("baseline"):
            assert case.takes("forward") == "direct"
            expected = forward(case, changed, activation=activation)
        assert 0 < np.count_nonzero(~np.isfinite(expected)) < expected.size or activation
        np.testing.assert_array_equal(forward(case, changed, activation=activation), expected)


def test_outputs_too_large_for_the_caches_are_the_same_bits(conv_case):
    """They are written past the caches."""
    with kernels.use_isa("avx512"):
        case = conv_case((26, 64, 64, 3), (64, 3, 3, 3), {"padding": 1})
        arrays = case.arrays(np.random.default_rng(7), integers=False)
        out = forward(case, arrays, out=kernels.empty_aligned((26, 64, 64, 64)))
        for image in (0, 25):
            alone = forward(case, {**arrays, "x": arrays["x"][image : image + 1]})
            np.testing.assert_array_equal(out[image : image + 1], alone)


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "options", "reason"),
    [
        ((2, 9, 9, 3), (64, 5, 5, 3), {}, "not a 3x3 kernel in one group"),
        ((2, 9, 9, 4), (64, 3, 3, 2), {"groups": 2}, "not a 3x3 kernel in one group"),
        ((2, 9, 9, 3), (64, 3, 3, 3), {"stride": 2}, "stride and dilation must be 1"),
        ((2, 9, 9, 2), (64, 3, 3, 2), {}, "not 3 or 4 channels in and at least 32 out"),
        ((2, 9, 9, 5), (64, 3, 3, 5), {}, "not 3 or 4 channels in and at least 32 out"),
        ((2, 9, 9, 3), (31, 3, 3, 3), {}, "not 3 or 4 channels in and at least 32 out"),
        ((2, 3, 3, 3), (64, 3, 3, 3), {}, "too few pixels: most of a tile would reach over the edges"),
    ],
)
def test_it_refuses_with_a_reason(x_shape, w_shape, options, reason, conv_case):
    with kernels.use_isa("avx512"):
        assert conv_case(x_shape, w_shape, options).reasons("forward")[NAME] == reason


def test_other_instruction_sets_have_too_few_registers(conv_case):
    with kernels.use_isa("baseline"):
        reason = conv_case(*CASES["tails"]).reasons("forward")[NAME]
    assert reason == "the sums of a tile need 32 registers"
