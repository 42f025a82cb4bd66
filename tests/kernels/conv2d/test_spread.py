"""Few output channels: vectors over pixels and channels at once, the input spread over the channels."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from convlab import kernels

# Few is less than a vector's lanes: a geometry may have a place with long vectors only.
ISAS = [isa for isa in kernels.isas() if isa in ("avx2", "avx512")]
LONG = ("avx512",)


class Spread(NamedTuple):
    """One geometry, the operations that are spread in it, and with which instruction sets."""

    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    options: dict[str, Any]
    operations: tuple[str, ...] = ("forward", "backward_weight")
    isas: tuple[str, ...] = ("avx2", "avx512")


# Whole and partial vectors, one band of rows and several, one period and more, 3 and 5 rows of taps.
EDGES = {
    "lenet": Spread((3, 28, 28, 1), (6, 5, 5, 1), {"padding": 2}),
    "three rows": Spread((2, 15, 40, 1), (2, 3, 3, 1), {"padding": 1}),
    "weights of several channels": Spread(
        (2, 17, 21, 3), (3, 5, 5, 3), {"padding": "same"}, ("backward_weight",)
    ),
    "several channels": Spread((2, 17, 21, 3), (9, 5, 5, 3), {"padding": "same"}, isas=LONG),
    "to the input": Spread((2, 19, 16, 9), (4, 5, 5, 9), {"padding": 2}, ("backward_input",), LONG),
    "wide": Spread((1, 6, 150, 1), (5, 5, 8, 1), {"padding": ((0, 3), (9, 1))}),
    "no padding": Spread((4, 9, 10, 1), (5, 5, 5, 1), {}),
}


@pytest.fixture(params=ISAS)
def isa(request):
    """Every instruction set whose vectors are long enough."""
    with kernels.use_isa(request.param):
        yield request.param


@pytest.mark.parametrize("name", EDGES)
def test_edges_are_exact_on_whole_numbers(isa, name, conv_case, equal, zero_fraction):
    spread = EDGES[name]
    case = conv_case(*spread[:3])
    if isa in spread.isas:
        assert {case.takes(operation) for operation in spread.operations} == {"spread"}
    arrays = case.arrays(np.random.default_rng(1), integers=True)
    result = case.run(arrays)
    equal(result, {key: v.astype(np.float32) for key, v in case.exact(arrays).items()}, case)
    zero_fraction.add(result)
    zero_fraction.check()


@pytest.mark.parametrize("name", EDGES)
def test_errors_are_small_and_the_bits_do_not_depend_on_the_threads(
    isa, name, conv_case, equal, relative_error
):
    case = conv_case(*EDGES[name][:3])
    arrays = case.arrays(np.random.default_rng(2), integers=False)
    with kernels.use_threads(1):
        expected = case.run(arrays)
    for key, values in case.exact(arrays).items():
        assert relative_error(expected[key], values) <= 1e-6, (key, name)
    for threads in range(2, 9):
        with kernels.use_threads(threads):
            equal(case.run(arrays), expected, (threads, name))


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("name", ["lenet", "several channels"])
def test_bias_and_activation_are_fused(isa, name, activation, conv_case):
    case = conv_case(*EDGES[name][:3])
    arrays = case.arrays(np.random.default_rng(3), integers=False)
    x, w, bias = arrays["x"], arrays["w"], arrays["bias"]
    y = kernels.conv2d(x, w, bias, activation=activation, **case.options)
    plain = kernels.conv2d(x, w, **case.options) + bias
    np.testing.assert_array_equal(y, kernels.activation_forward(plain, activation))


@pytest.mark.parametrize("at", ["start", "end"])
@pytest.mark.parametrize("name", EDGES)
def test_nothing_outside_the_arrays_is_touched(at, isa, name, guarded_array, conv_case, equal):
    case = conv_case(*EDGES[name][:3])
    arrays = case.arrays(np.random.default_rng(4), integers=False)
    fixed = {key: guarded_array(values, at=at, writable=False) for key, values in arrays.items()}
    expected = case.run(arrays)
    out = {key: guarded_array(np.zeros_like(values), at=at) for key, values in expected.items()}
    case.run_into(fixed, out)
    equal(out, expected, (at, name))


@pytest.mark.parametrize("where", [0, 0.3, 1])
@pytest.mark.parametrize("key", ["x", "grad"])
def test_a_nan_stays_in_the_windows_that_see_it(isa, key, where, conv_case):
    case = conv_case(*EDGES["no padding"][:3])
    arrays = case.arrays(np.random.default_rng(5), integers=True)
    arrays[key].flat[int(where * (arrays[key].size - 1))] = np.nan
    result = case.run(arrays)
    expected = case.run_with(arrays, "reference")
    for name in ("y", "dw") if key == "x" else ("dw", "db"):
        assert np.isnan(result[name]).any()
        np.testing.assert_array_equal(result[name], expected[name], err_msg=f"{key} -> {name}")


def test_refusals_say_why(isa, conv_case):
    reasons = {
        "the output channels fill a vector": ((1, 28, 28, 1), (16, 5, 5, 1), {}),
        "groups, stride and dilation must be 1": ((1, 28, 28, 1), (6, 5, 5, 1), {"stride": 2}),
        "not a kernel of 3 or 5 rows and at most 8 columns": ((1, 28, 28, 1), (6, 4, 4, 1), {}),
        "too few outputs": ((1, 8, 8, 1), (6, 5, 5, 1), {}),
        "vectors along the window waste less": ((1, 28, 28, 16), (3, 5, 5, 16), {}),
        "rows are so wide that, spread, they would leave the cache": ((1, 9, 2000, 1), (6, 5, 5, 1), {}),
        "too few lanes are saved: spreading would cost more": ((1, 28, 28, 2), (7, 3, 3, 2), {}),
    }
    for reason, geometry in reasons.items():
        assert conv_case(*geometry).reasons("forward")["spread"] == reason
