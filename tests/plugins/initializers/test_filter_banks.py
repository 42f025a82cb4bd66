"""Sobel and Gabor filters as weights."""

from collections.abc import Callable
from math import pi, sqrt

import numpy as np
import pytest

from convlab.plugin import Array

Initialize = Callable[..., Array]
BANKS = {"sobel": 8, "gabor": 32}  # filters in the bank, as the defaults have it


def squares(weights: Array) -> Array:
    total: Array = (weights**2).sum(axis=(1, 2, 3))
    return total


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("size", [(2, 3), (3, 3), (4, 4), (5, 5), (7, 4), (11, 11)])
def test_filters_have_mean_zero_and_the_size_of_random_ones(
    name: str, size: tuple[int, int], initialize: Initialize
) -> None:
    for channels in ("same", "random"):
        weights = initialize(name, (BANKS[name], *size, 3), relu=True, channels=channels)
        np.testing.assert_allclose(weights.sum(axis=(1, 2)), 0, atol=1e-12)
        np.testing.assert_allclose(squares(weights), 2.0, rtol=1e-12)


@pytest.mark.parametrize("name", BANKS)
def test_filters_beyond_the_bank_are_random(name: str, initialize: Initialize) -> None:
    """The mean of 64 squared lengths lies within 5 standard deviations, sqrt(2/(72 * 64)), of gain^2."""
    count = BANKS[name]
    weights = initialize(name, (count + 64, 3, 3, 8), relu=True)
    np.testing.assert_allclose(squares(weights[:count]), 2.0, rtol=1e-12)
    rest = squares(weights[count:])
    assert rest.std() > 0.05
    assert abs(rest.mean() / 2 - 1) < 5 * sqrt(2 / (72 * 64))


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("shape", [(40, 16), (40, 1, 1, 16), (40, 3, 1, 16), (40,)])
def test_layers_without_an_image_get_random_weights(
    name: str, shape: tuple[int, ...], initialize: Initialize
) -> None:
    plain = initialize(
        "variance_scaling", shape, relu=True, scale="auto", mode="fan_in", distribution="normal"
    )
    np.testing.assert_array_equal(initialize(name, shape, relu=True), plain)


@pytest.mark.parametrize("name", BANKS)
def test_small_layer_takes_filters_from_all_over_the_bank(name: str, initialize: Initialize) -> None:
    bank = initialize(name, (BANKS[name], 5, 5, 1))
    np.testing.assert_array_equal(initialize(name, (4, 5, 5, 1)), bank[:: BANKS[name] // 4])


@pytest.mark.parametrize("name", BANKS)
def test_channels_are_alike_or_weighted(name: str, initialize: Initialize) -> None:
    same = initialize(name, (8, 5, 5, 3))
    np.testing.assert_array_equal(same, same[..., :1].repeat(3, axis=-1))
    one, two, three = np.moveaxis(initialize(name, (8, 5, 5, 3), channels="random"), -1, 0)
    assert not np.allclose(one, two)
    for other in (two, three):  # each channel has the same pattern at another strength
        cosines = (one * other).sum(axis=(1, 2)) / np.sqrt(
            (one**2).sum(axis=(1, 2)) * (other**2).sum(axis=(1, 2))
        )
        np.testing.assert_allclose(np.abs(cosines), 1.0, rtol=1e-9)


@pytest.mark.parametrize("name", BANKS)
def test_grouped_and_depthwise_layers_work(name: str, initialize: Initialize) -> None:
    weights = initialize(name, (8, 3, 3, 1), groups=8)
    np.testing.assert_allclose(squares(weights[:8]), 1.0, rtol=1e-12)


def test_sobel_is_the_classic_operator(initialize: Initialize) -> None:
    weights = initialize("sobel", (8, 3, 3, 1))[..., 0]
    vertical_edge = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / sqrt(12)
    np.testing.assert_allclose(weights[0], vertical_edge, atol=1e-12)
    np.testing.assert_allclose(weights[2], vertical_edge.T, atol=1e-12)
    np.testing.assert_allclose(weights[4], -vertical_edge, atol=1e-12)
    np.testing.assert_allclose(
        weights[1], np.array([[-2, -2, 0], [-2, 0, 2], [0, 2, 2]]) / sqrt(24), atol=1e-12
    )


def test_larger_sobel_kernels_are_those_of_opencv(initialize: Initialize) -> None:
    kernel = np.outer([1, 4, 6, 4, 1], [-1, -2, 0, 2, 1])
    found = initialize("sobel", (8, 5, 5, 1))[0, ..., 0]
    np.testing.assert_allclose(found, kernel / np.linalg.norm(kernel), atol=1e-12)


def test_gabor_follows_its_formula(initialize: Initialize) -> None:
    found = initialize(
        "gabor", (2, 5, 5, 1), wavelengths=(4.0,), orientations=2, phases=(0.3,), gamma=0.7, bandwidth=0.4
    )[..., 0]
    y, x = np.mgrid[-2:3, -2:3]
    for weights, across, along in ((found[0], x, y), (found[1], y, -x)):
        wave = np.exp(-(across**2 + (0.7 * along) ** 2) / (2 * 1.6**2)) * np.cos(2 * pi * across / 4 + 0.3)
        wave -= wave.mean()
        np.testing.assert_allclose(weights, wave / np.linalg.norm(wave), atol=1e-12)


def test_gabor_answers_most_to_a_wave_of_its_own_direction(initialize: Initialize) -> None:
    bank = initialize("gabor", (8, 11, 11, 1), wavelengths=(4.0,), phases=(0.0,))[..., 0]
    y, x = np.mgrid[-5:6, -5:6]
    for index in range(8):
        angle = pi * index / 8
        wave = np.cos(2 * pi * (x * np.cos(angle) + y * np.sin(angle)) / 4)
        assert int(np.abs((bank * wave).sum(axis=(1, 2))).argmax()) == index


def test_filters_that_are_flat_on_a_small_kernel_are_left_out(initialize: Initialize) -> None:
    """On two pixels an even wave along an axis is a constant, of which nothing is left without its mean."""
    weights = initialize("gabor", (2, 2, 2, 1), orientations=1, phases=(0.0,), wavelengths=(4.0,))
    plain = initialize("variance_scaling", (2, 2, 2, 1), scale="auto", distribution="normal")
    np.testing.assert_array_equal(weights, plain)
