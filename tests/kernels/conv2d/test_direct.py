"""Corners of the direct kernel: few output channels, and outputs that are written past the caches."""

from typing import Any

import numpy as np
import pytest

from convlab import kernels

# Other instruction sets extend the last of these.
ISAS = [isa for isa in kernels.isas() if isa in ("baseline", "avx2", "avx512")]

# Windows of many values, where few output channels are done by dot products.
FEW_OUTPUTS: dict[str, tuple[Any, ...]] = {
    "one row of vectors": ((5, 5, 16), {"padding": 2}),
    "odd windows": ((3, 5, 7), {"padding": ((1, 1), (2, 3))}),
    "strides": ((4, 3, 11), {"padding": 1, "stride": (2, 3)}),
    "whole rows of taps on padding": ((3, 3, 13), {"padding": ((4, 5), (1, 1))}),
    "one side": ((2, 6, 9), {"padding": ((0, 3), (5, 0)), "stride": (1, 2)}),
    "rows apart": ((3, 4, 10), {"padding": ((2, 3), (1, 2)), "dilation": (3, 1)}),
    "a pixel": ((1, 1, 37), {}),
}
STREAMED_BYTES = 24 * 1024 * 1024
VECTOR_BYTES = 64


def check_isas(case: Any, rng: np.random.Generator, equal: Any) -> None:
    arrays = case.arrays(rng, integers=True)
    expected = case.run_with(arrays, "reference")
    for isa in ISAS:
        equal(case.run_with(arrays, isa), expected, (isa, case))


@pytest.mark.parametrize("channels", range(1, 11))
@pytest.mark.parametrize("name", FEW_OUTPUTS)
def test_few_output_channels(name, channels, conv_case, equal):
    (r, s, inputs), options = FEW_OUTPUTS[name]
    check_isas(
        conv_case((2, 7, 19, inputs), (channels, r, s, inputs), options), np.random.default_rng(0), equal
    )


@pytest.mark.parametrize("channels", range(1, 9))
def test_few_input_channels_whose_gradients_are_apart(channels, conv_case, equal):
    """Backward to the input with a stride: the pixels of one phase are not neighbours."""
    case = conv_case((2, 13, 17, channels), (48, 5, 5, channels), {"padding": 2, "stride": 2})
    check_isas(case, np.random.default_rng(1), equal)


@pytest.mark.parametrize("width", range(1, 21))
def test_every_width_of_a_row_of_few_channels(width, conv_case, equal):
    for channels in range(1, 9):
        case = conv_case((1, 3, width, 10), (channels, 2, 3, 10), {"padding": ((1, 0), (0, 2))})
        check_isas(case, np.random.default_rng(width), equal)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_an_activation_of_few_channels_is_fused(isa, activation, conv_case):
    for channels in range(1, 9):
        case = conv_case((2, 7, 19, 16), (channels, 3, 3, 16), {"padding": 1, "stride": 2})
        arrays = case.arrays(np.random.default_rng(2), integers=False)
        x, w, bias = arrays["x"], arrays["w"], arrays["bias"]
        with kernels.use_isa(isa):
            plain = kernels.conv2d(x, w, bias, **case.options)
            y = kernels.conv2d(x, w, bias, activation=activation, **case.options)
            np.testing.assert_array_equal(y, kernels.activation_forward(plain, activation))


def array_at(offset: int, shape: tuple[int, ...]) -> np.ndarray:
    """An array of NaNs, `offset` bytes behind an address that is aligned to a vector."""
    memory = np.empty(int(np.prod(shape)) + 2 * VECTOR_BYTES // 4, np.float32)
    start = (-memory.ctypes.data % VECTOR_BYTES + offset) // memory.itemsize
    array = memory[start : start + int(np.prod(shape))].reshape(shape)
    assert array.ctypes.data % VECTOR_BYTES == offset
    array.fill(np.nan)
    return array


@pytest.mark.parametrize("activation", [None, "relu"])
@pytest.mark.parametrize("isa", ISAS)
def test_outputs_past_the_caches_have_the_same_bits(isa, activation):
    """Only an aligned output is written past the caches."""
    rng = np.random.default_rng(3)
    x, w = rng.standard_normal((25, 64, 64, 2), np.float32), rng.standard_normal((64, 1, 2, 2), np.float32)
    bias = rng.standard_normal(64, np.float32)
    plan = kernels.Conv2DPlan(x.shape, w.shape, padding=((0, 0), (0, 1)), activation=activation)
    aligned, other = array_at(0, plan.output_shape), array_at(4, plan.output_shape)
    assert aligned.nbytes > STREAMED_BYTES
    with kernels.use_isa(isa), kernels.use_threads(2):
        plan.forward(x, w, bias, aligned)
        plan.forward(x, w, bias, other)
    np.testing.assert_array_equal(aligned, other)
    assert np.isfinite(aligned).all()
    assert (aligned.min() == 0) == (activation == "relu")
