"""precision=bfloat16: inputs are rounded to bfloat16, sums are float32; float32 does what bfloat16 cannot."""

from typing import Any

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import KernelError

OPERATIONS = ("forward", "backward_input", "backward_weight")


def usable(name: str) -> bool:
    try:
        kernels.use_isa(name)
    except KernelError:
        return False
    kernels.use_isa(kernels.isas()[-1])
    return True


ISAS = [name for name in ("avx512_bf16", "amx", "amx_emulated") if usable(name)]

# One vector and two, pairs and tiles cut short, one pixel, strides that leave phases without taps, groups.
CASES: dict[str, tuple[Any, ...]] = {
    "whole tiles": ((2, 16, 16, 64), (64, 3, 3, 64), {"padding": 1}),
    "tails": ((3, 7, 9, 37), (45, 3, 3, 37), {"padding": 1}),
    "one vector": ((2, 14, 14, 40), (16, 5, 5, 40), {"padding": 2}),
    "stride": ((3, 15, 12, 48), (33, 3, 3, 48), {"padding": 1, "stride": 2}),
    "more stride than kernel": ((2, 13, 13, 64), (96, 1, 1, 64), {"stride": (3, 2)}),
    "dilation": ((2, 12, 17, 32), (64, 3, 3, 32), {"padding": 2, "dilation": 2}),
    "stride and dilation": (
        (2, 19, 20, 32),
        (40, 3, 2, 32),
        {"padding": 1, "stride": (2, 4), "dilation": (4, 2)},
    ),
    "asymmetric": ((2, 9, 11, 36), (50, 4, 2, 36), {"padding": ((0, 3), (4, 1))}),
    "groups": ((2, 10, 10, 99), (102, 3, 3, 33), {"padding": 1, "groups": 3}),
    "pointwise": ((2, 9, 8, 192), (200, 1, 1, 192), {}),
    "dense": ((37, 1, 1, 150), (170, 1, 1, 150), {}),
    "several strips": ((1, 40, 41, 64), (32, 3, 3, 64), {"padding": 1}),
    "one wide row": ((1, 1, 1500, 32), (48, 1, 3, 32), {"padding": ((0, 0), (2, 2))}),
}


@pytest.fixture(autouse=True)
def bfloat16() -> Any:
    with kernels.use_precision("bfloat16"):
        yield


def rounded(values: np.ndarray) -> np.ndarray:
    """To 8 bits, to nearest, ties to even."""
    bits = values.astype(np.float32).view(np.uint32).astype(np.uint64)
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16
    return bits.astype(np.uint32).view(np.float32)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", CASES)
def test_results_are_those_of_rounded_inputs(isa, name, conv_case, relative_error):
    case = conv_case(*CASES[name])
    arrays = case.arrays(np.random.default_rng(0), integers=False)
    with kernels.use_isa(isa):
        taken = [
            key
            for key, operation in zip(("y", "dx", "dw"), OPERATIONS, strict=True)
            if case.takes(operation) == "bf16"
        ]
        result = case.run(arrays)
    # AMX leaves some to float32, which is faster there
    assert taken == ["y", "dx", "dw"] or ("stride" in name and isa != "avx512_bf16")
    as_read = {key: values if key == "bias" else rounded(values) for key, values in arrays.items()}
    of_rounded = case.exact(as_read)
    exact = case.exact(arrays)
    for key in taken:
        assert relative_error(result[key], of_rounded[key]) < 1e-6, key
        assert 1e-3 < relative_error(result[key], exact[key]) < 4e-3, key
    assert relative_error(result["db"], exact["db"]) < 1e-6


@pytest.mark.parametrize("isa", ISAS)
def test_integers_of_eight_bits_are_exact(isa, conv_cases, zero_fraction, equal):
    for case in conv_cases(1, 60):
        arrays = case.arrays(np.random.default_rng(1), integers=True)
        expected = case.exact(arrays)
        with kernels.use_isa(isa):
            result = case.run(arrays)
        equal(result, {key: values.astype(np.float32) for key, values in expected.items()}, (isa, case))
        zero_fraction.add(result)
    zero_fraction.check()


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", ["tails", "stride", "groups", "dense", "several strips"])
def test_the_bits_do_not_depend_on_the_threads(isa, name, conv_case, equal):
    case = conv_case(*CASES[name])
    arrays = case.arrays(np.random.default_rng(2), integers=False)
    with kernels.use_isa(isa), kernels.use_threads(1):
        expected = case.run(arrays)
    for threads in range(2, 9):
        with kernels.use_isa(isa), kernels.use_threads(threads):
            equal(case.run(arrays), expected, (isa, threads, name))


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, np.float32(3.4028e38), np.float32(1e-38)])
@pytest.mark.parametrize("name", ["asymmetric", "stride"])
def test_what_bfloat16_cannot_hold_is_done_in_float32(isa, value, name, conv_case):
    case = conv_case(*CASES[name])
    for key in ("x", "w", "grad"):
        arrays = case.arrays(np.random.default_rng(3), integers=False)
        where = tuple(size // 2 for size in arrays[key].shape)
        arrays[key][where] = value
        expected = case.run_with(arrays, "avx512")
        with kernels.use_isa(isa):
            result = case.run(arrays)
        reads = {"x": ("y", "dw"), "w": ("y", "dx"), "grad": ("dx", "dw")}[key]
        for output in reads:
            np.testing.assert_array_equal(result[output], expected[output], err_msg=f"{key} -> {output}")


@pytest.mark.parametrize("isa", ISAS)
def test_a_sum_that_overflows_is_done_in_float32(isa, conv_case):
    case = conv_case((2, 8, 8, 32), (32, 3, 3, 32), {"padding": 1})
    arrays = case.arrays(np.random.default_rng(4), integers=False)
    arrays["x"] = np.full(case.x_shape, 1e37, np.float32)
    expected = case.run_with(arrays, "avx512")
    assert np.isinf(expected["y"]).any()
    with kernels.use_isa(isa):
        np.testing.assert_array_equal(case.run(arrays)["y"], expected["y"])


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("activation", ["relu", ("leaky_relu", {"negative_slope": 0.2}), "gelu"])
def test_bias_and_activation_are_fused(isa, activation, conv_case):
    case = conv_case(*CASES["tails"])
    arrays = case.arrays(np.random.default_rng(5), integers=False)
    x, w, bias = arrays["x"], arrays["w"], arrays["bias"]
    name, parameters = activation if isinstance(activation, tuple) else (activation, {})
    with kernels.use_isa(isa):
        plain = kernels.conv2d(x, w, bias, padding=1)
        y = kernels.conv2d(x, w, bias, padding=1, activation=activation)
        expected = kernels.activation_forward(plain, name, **parameters)
    np.testing.assert_array_equal(y, expected)
    with kernels.use_isa(isa), kernels.use_threads(3):
        np.testing.assert_array_equal(kernels.conv2d(x, w, bias, padding=1, activation=activation), expected)


@pytest.mark.parametrize("at", ["start", "end"])
@pytest.mark.parametrize("isa", ISAS)
def test_nothing_outside_the_arrays_is_touched(at, isa, guarded_array, conv_case, equal):
    for name in CASES:
        case = conv_case(*CASES[name])
        arrays = case.arrays(np.random.default_rng(6), integers=False)
        fixed = {key: guarded_array(values, at=at, writable=False) for key, values in arrays.items()}
        with kernels.use_isa(isa), kernels.use_threads(2):
            expected = case.run(arrays)
            out = {key: guarded_array(np.zeros_like(values), at=at) for key, values in expected.items()}
            case.run_into(fixed, out)
        equal(out, expected, (isa, at, name))


@pytest.mark.parametrize("isa", ISAS)
def test_an_image_does_not_depend_on_its_neighbours(isa, conv_case):
    case = conv_case(*CASES["tails"])
    arrays = case.arrays(np.random.default_rng(7), integers=False)
    with kernels.use_isa(isa):
        together = kernels.conv2d(arrays["x"], arrays["w"], padding=1)
        alone = kernels.conv2d(arrays["x"][1:2], arrays["w"], padding=1)
    np.testing.assert_array_equal(together[1:2], alone)


@pytest.mark.parametrize("isa", ISAS)
def test_dense_layers_use_it(isa, relative_error):
    rng = np.random.default_rng(8)
    x, w = rng.standard_normal((40, 150), np.float32), rng.standard_normal((170, 150), np.float32)
    with kernels.use_isa(isa):
        y = kernels.dense(x, w)
    assert relative_error(y, rounded(x).astype(np.float64) @ rounded(w).astype(np.float64).T) < 1e-6


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("x_shape", "w_shape", "options", "reason"),
    [
        ((2, 8, 8, 3), (64, 3, 3, 3), {}, "fewer than 8 channels in or out of a group"),
        ((2, 8, 8, 64), (7, 3, 3, 64), {}, "fewer than 8 channels in or out of a group"),
        ((2, 8, 8, 64), (64, 3, 3, 1), {"groups": 64}, "fewer than 8 channels in or out of a group"),
    ],
)
def test_it_refuses_with_a_reason(isa, x_shape, w_shape, options, reason):
    plan = kernels.Conv2DPlan(x_shape, w_shape, padding=1, **options)
    with kernels.use_isa(isa):
        for operation in OPERATIONS:
            assert dict(plan.explain(operation))["bf16"] == reason


@pytest.mark.parametrize("isa", ISAS)
def test_other_precisions_and_float64_do_not_take_it(isa):
    plan = kernels.Conv2DPlan((2, 8, 8, 64), (64, 3, 3, 64), padding=1)
    with kernels.use_isa(isa):
        assert dict(plan.explain("forward"))["bf16"] is None
        assert dict(plan.explain("forward", "float64"))["bf16"] == "float64 runs in the reference loops"
        for precision in ("float32", "fast"):
            with kernels.use_precision(precision):
                assert dict(plan.explain("forward"))["bf16"] == "precision is not bfloat16"


@pytest.mark.parametrize("isa", [name for name in kernels.isas() if name not in ("avx512_bf16", "amx")])
def test_elsewhere_float32_stands_in_and_explain_says_so(isa, conv_case, equal):
    case = conv_case(*CASES["stride"])
    arrays = case.arrays(np.random.default_rng(9), integers=False)
    with kernels.use_isa(isa):
        plan = kernels.Conv2DPlan(case.x_shape, case.w_shape, **case.options)
        assert plan.explain("forward")[0] == ("bf16", f"{isa} has no products of bfloat16: float32 stands in")
        result = case.run(arrays)
        with kernels.use_precision("fast"):
            equal(result, case.run(arrays), isa)
