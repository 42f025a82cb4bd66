"""The convolution in plain numbers is the compiled core's, forwards and backwards, whatever its geometry."""

from typing import Any

import numpy as np
import pytest

from convlab import kernels
from convlab.inspect.backward import (
    gradient_around,
    input_gradient,
    rotated,
    spread_gradient,
    weight_gradient,
)
from convlab.inspect.convolution import Convolution
from convlab.inspect.likeness import likeness
from convlab.kernels.arguments import conv_geometry

GEOMETRIES = pytest.mark.parametrize(
    ("shape", "kernel", "options"),
    [
        ((8, 8, 1), (4, 3, 3, 1), {"padding": "same"}),
        ((7, 9, 3), (5, 3, 3, 3), {}),
        ((9, 8, 2), (4, 3, 2, 2), {"stride": (2, 3), "padding": ((1, 0), (2, 1))}),
        ((12, 11, 2), (3, 3, 3, 2), {"dilation": (2, 3), "padding": 2}),
        ((8, 8, 6), (4, 3, 3, 3), {"groups": 2, "padding": 1}),
        ((8, 8, 4), (8, 3, 3, 1), {"groups": 4, "stride": 2, "padding": "same"}),
        ((6, 6, 3), (2, 1, 1, 3), {"stride": 2}),
        ((5, 5, 2), (3, 5, 5, 2), {}),
        ((4, 4, 1), (1, 2, 2, 1), {"padding": 1, "dilation": 2, "stride": 2}),
    ],
    ids=["same", "valid", "stride", "dilation", "groups", "depthwise", "pointwise", "whole", "all"],
)


def integers(shape: Any, seed: int) -> Any:
    """Small whole numbers, with which float32 makes no errors."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float32)


def convolution(shape: Any, kernel: Any, options: Any) -> tuple[Convolution, Any, Any, Any]:
    x, weight, bias = integers((1, *shape), 0), integers(kernel, 1), integers(kernel[0], 2)
    geometry = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, **options}
    sizes = conv_geometry("test", x.shape, kernel, **geometry)
    return Convolution(x[0].astype(float), weight.astype(float), bias.astype(float), sizes), x, weight, bias


@GEOMETRIES
def test_the_sums_are_the_cores(shape: Any, kernel: Any, options: Any) -> None:
    ours, x, weight, bias = convolution(shape, kernel, options)
    expected = kernels.conv2d(x, weight, bias, **options)[0]
    for number in range(kernel[0]):
        np.testing.assert_array_equal(ours.sums(number), expected[:, :, number])
        place = (expected.shape[0] - 1, expected.shape[1] // 2)
        z = (ours.window(*place, number) * ours.weight[number]).sum() + ours.bias[number]
        assert z == expected[(*place, number)]


@GEOMETRIES
def test_a_window_is_cut_from_the_image_where_its_position_says(
    shape: Any, kernel: Any, options: Any
) -> None:
    ours, *_ = convolution(shape, kernel, options)
    g = ours.geometry
    for row in range(g.out_h):
        for column in range(g.out_w):
            top, left = ours.position(row, column)
            if not (0 <= top < g.h and 0 <= left < g.w):
                continue
            window = ours.window(row, column, 0)
            np.testing.assert_array_equal(window[0, 0], ours.image[top, left, ours.channels(0)])


@GEOMETRIES
def test_the_gradients_are_the_cores(shape: Any, kernel: Any, options: Any) -> None:
    ours, x, weight, _ = convolution(shape, kernel, options)
    gradient = integers((1, *ours.geometry.output_shape[1:]), 3)
    slope, _ = kernels.conv2d_backward_weight(x, gradient, kernel, **options)
    for number in range(kernel[0]):
        np.testing.assert_array_equal(weight_gradient(ours, gradient[0, :, :, number], number), slope[number])
    dx = kernels.conv2d_backward_input(gradient, weight, x.shape, **options)[0]
    np.testing.assert_array_equal(input_gradient(ours, gradient[0]), dx)


@GEOMETRIES
def test_the_gradient_around_a_value_times_the_rotated_kernels_is_its_gradient(
    shape: Any, kernel: Any, options: Any
) -> None:
    ours, *_ = convolution(shape, kernel, options)
    g = ours.geometry
    gradient = integers(g.output_shape[1:], 3)
    expected = input_gradient(ours, gradient)
    each = g.k // g.groups
    for row, column, channel in [(0, 0, 0), (g.h - 1, g.w - 1, g.c - 1), (g.h // 2, g.w // 3, g.c // 2)]:
        group = channel // (g.c // g.groups)
        seeing = slice(group * each, (group + 1) * each)
        around = gradient_around(ours, gradient, row, column)[:, :, seeing]
        turned = rotated(ours.weight)[seeing, :, :, channel - ours.channels(group * each).start]
        assert (around * turned.transpose(1, 2, 0)).sum() == expected[row, column, channel]


def test_a_stride_leaves_zeros_between_the_values() -> None:
    ours, *_ = convolution((5, 5, 1), (1, 3, 3, 1), {"stride": 2})
    spread = spread_gradient(ours, np.ones((2, 2, 1)))[:, :, 0]
    assert spread.shape == (7, 7)
    assert np.argwhere(spread).tolist() == [[2, 2], [2, 4], [4, 2], [4, 4]]


def test_a_filter_is_most_like_itself() -> None:
    ours, *_ = convolution((8, 8, 1), (4, 3, 3, 1), {})
    ours.image[2:5, 3:6] = 10 * ours.weight[2]
    found = likeness(ours, 2)
    assert found.most_alike == found.most_exciting == (2, 3)
    assert found.cosines[2, 3] == pytest.approx(1)
    ours.image[2:5, 3:6] *= -1
    assert likeness(ours, 2).least_exciting == (2, 3)
    assert likeness(ours, 2).cosines[2, 3] == pytest.approx(-1)
    np.testing.assert_array_equal(likeness(ours, 2).sums, ours.sums(2))


def test_nothing_is_like_a_filter_of_zeros() -> None:
    ours, *_ = convolution((8, 8, 1), (4, 3, 3, 1), {})
    ours.weight[0] = 0
    assert not likeness(ours, 0).cosines.any()
