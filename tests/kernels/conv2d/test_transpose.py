"""Transposed convolution: the adjoint of conv2d, plus a bias."""

import re

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ShapeError

CASES = [
    {},
    {"stride": 2},
    {"stride": 2, "padding": 1, "output_padding": 1},
    {"stride": (3, 2), "padding": ((0, 2), (1, 0)), "output_padding": (2, 0), "dilation": (1, 2)},
    {"stride": 2, "padding": "same"},
    {"stride": 5, "padding": "same"},
    {"padding": "valid", "groups": 2, "dilation": 2},
]


@pytest.mark.parametrize("isa", kernels.isas())
@pytest.mark.parametrize("options", CASES)
def test_it_is_the_adjoint_of_conv2d(isa, options):
    rng = np.random.default_rng(1)
    groups = options.get("groups", 1)
    x = rng.integers(-4, 5, (2, 5, 6, 4)).astype(np.float32)
    w = rng.integers(-4, 5, (4, 3, 4, 6 // groups)).astype(np.float32)
    with kernels.use_isa(isa):
        y = kernels.conv_transpose2d(x, w, **options)
        z = rng.integers(-4, 5, y.shape).astype(np.float32)
        back = kernels.conv2d(
            z, w, **{key: value for key, value in options.items() if key != "output_padding"}
        )
    assert back.shape == x.shape
    assert (y.astype(int) * z.astype(int)).sum() == (back.astype(int) * x.astype(int)).sum()


def test_same_padding_multiplies_the_size_by_the_stride():
    y = kernels.conv_transpose2d(
        np.ones((1, 5, 7, 1), "f"), np.ones((1, 3, 3, 2), "f"), stride=(2, 3), padding="same"
    )
    assert y.shape == (1, 10, 21, 2)


@pytest.mark.parametrize("isa", kernels.isas())
def test_the_bias_is_added_everywhere(isa):
    x, w = np.ones((2, 3, 3, 2), np.float32), np.zeros((2, 2, 2, 5), np.float32)
    bias = np.arange(5, dtype=np.float32)
    with kernels.use_isa(isa):
        y = kernels.conv_transpose2d(x, w, bias, stride=3, output_padding=1)
    assert y.shape == (2, 9, 9, 5)
    np.testing.assert_array_equal(y, np.broadcast_to(bias, y.shape))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"w": np.ones((3, 2, 2, 5), "f")}, "w expects 3 input channels, x has 2"),
        ({"w": np.ones((2, 2, 5), "f")}, "w must have 4 axes (c_in, r, s, c_out / groups), got 3"),
        ({"output_padding": 1}, "output_padding must be below stride (1, 1), got (1, 1)"),
        ({"output_padding": -1}, "output_padding must be a whole number >= 0, got -1"),
        (
            {"output_padding": 1, "stride": 2, "padding": "same"},
            "output_padding (1, 1) has no place beside padding 'same'; use 0",
        ),
        ({"padding": 2}, "padding ((2, 2), (2, 2)) leaves nothing of the output, 0x0; use less padding"),
        ({"stride": 10**8}, "the output would have"),
        ({"bias": np.ones(4, "f")}, "bias must have shape (5,), got (4,)"),
        ({"groups": 3}, "the 2 output channels must be divisible by groups (=3)"),
    ],
)
def test_bad_arguments_raise(change, message):
    arguments = {"x": np.ones((2, 3, 3, 2), "f"), "w": np.ones((2, 2, 2, 5), "f"), **change}
    with pytest.raises(ShapeError, match=re.escape(f"conv_transpose2d: {message}")):
        kernels.conv_transpose2d(**arguments)
