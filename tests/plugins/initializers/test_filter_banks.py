"""Banks of image filters as weights."""

from collections.abc import Callable
from math import pi, sqrt

import numpy as np
import pytest

from convlab.plugin import Array

Initialize = Callable[..., Array]
# filters in the bank, as the defaults have it
BANKS = {
    "sobel": 8,
    "prewitt": 8,
    "scharr": 8,
    "laplacian": 4,
    "log": 6,
    "dog": 6,
    "gaussian_derivatives": 16,
    "gabor": 32,
}
BASES = ["dct", "haar"]  # as many as the kernel has pixels, less one


def squares(weights: Array) -> Array:
    total: Array = (weights**2).sum(axis=(1, 2, 3))
    return total


@pytest.mark.parametrize("name", [*BANKS, *BASES])
@pytest.mark.parametrize("size", [(2, 3), (3, 3), (4, 4), (5, 5), (7, 4), (11, 11)])
def test_filters_have_mean_zero_and_the_size_of_random_ones(
    name: str, size: tuple[int, int], initialize: Initialize
) -> None:
    for channels in ("same", "random"):
        count = BANKS.get(name, size[0] * size[1] - 1)
        weights = initialize(name, (count, *size, 3), relu=True, channels=channels)
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


@pytest.mark.parametrize("name", [*BANKS, *BASES])
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
    np.testing.assert_array_equal(initialize(name, (4, 5, 5, 1)), bank[np.arange(4) * BANKS[name] // 4])


@pytest.mark.parametrize("name", BANKS)
def test_channels_are_alike_or_weighted(name: str, initialize: Initialize) -> None:
    same = initialize(name, (4, 5, 5, 3))
    np.testing.assert_array_equal(same, same[..., :1].repeat(3, axis=-1))
    one, two, three = np.moveaxis(initialize(name, (4, 5, 5, 3), channels="random"), -1, 0)
    assert not np.allclose(one, two)
    for other in (two, three):  # each channel has the same pattern at another strength
        cosines = (one * other).sum(axis=(1, 2)) / np.sqrt(
            (one**2).sum(axis=(1, 2)) * (other**2).sum(axis=(1, 2))
        )
        np.testing.assert_allclose(np.abs(cosines), 1.0, rtol=1e-9)


@pytest.mark.parametrize("name", BANKS)
def test_grouped_and_depthwise_layers_work(name: str, initialize: Initialize) -> None:
    weights = initialize(name, (4, 3, 3, 1), groups=4)
    np.testing.assert_allclose(squares(weights), 1.0, rtol=1e-12)


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


def unit(kernel: Array) -> Array:
    """The kernel without its mean, of length 1."""
    kernel = np.asarray(kernel, float) - np.mean(kernel)
    length: Array = kernel / np.sqrt((kernel**2).sum())
    return length


@pytest.mark.parametrize(
    ("name", "index", "kernel"),
    [
        ("prewitt", 0, [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]),
        ("prewitt", 2, [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]),
        ("prewitt", 0, np.outer(np.ones(4), [-3, -1, 1, 3])),
        ("scharr", 0, [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]),
        ("scharr", 6, [[3, 10, 3], [0, 0, 0], [-3, -10, -3]]),
        ("laplacian", 0, [[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        ("laplacian", 1, [[0, -1, 0], [-1, 4, -1], [0, -1, 0]]),
        ("laplacian", 2, [[1, 0, 1], [0, -4, 0], [1, 0, 1]]),
    ],
)
def test_operators_are_the_classic_ones(name: str, index: int, kernel: Array, initialize: Initialize) -> None:
    weights = initialize(name, (BANKS[name], *np.shape(kernel), 1))[index, ..., 0]
    np.testing.assert_allclose(weights, unit(kernel), atol=1e-12)


def test_scharr_turns_better_than_sobel(initialize: Initialize) -> None:
    """The angle that its two axes measure on a wave is off by less than a third of what Sobel's is off by."""
    y, x = np.mgrid[-1:2, -1:2]
    errors = {}
    for name in ("scharr", "sobel"):
        bank = initialize(name, (8, 3, 3, 1))[..., 0]
        angles = np.linspace(0.1, 1.4, 14)
        waves = [np.sin((x * np.cos(angle) + y * np.sin(angle)) * pi / 4) for angle in angles]
        across, down = ((bank[index] * waves).sum(axis=(1, 2)) for index in (0, 2))
        errors[name] = np.abs(np.arctan2(down, across) - angles).max()
    assert errors["scharr"] < errors["sobel"] / 3


def test_prewitt_is_the_slope_of_the_plane_that_fits_best(initialize: Initialize) -> None:
    pixels = np.random.default_rng(0).standard_normal((5, 5))
    y, x = np.mgrid[:5, :5]
    plane = np.stack([x.ravel(), y.ravel(), np.ones(25)], axis=1)
    slope = np.linalg.lstsq(plane, pixels.ravel(), rcond=None)[0][0]
    kernel = initialize("prewitt", (8, 5, 5, 1))[0, ..., 0]
    assert (kernel * pixels).sum() == pytest.approx(slope * 50**0.5)  # sum of (x - 2)^2


@pytest.mark.parametrize("sigma", [0.7, 1.5])
def test_spots_follow_their_formulas(sigma: float, initialize: Initialize) -> None:
    y, x = np.mgrid[-3:4, -3:4]
    squares = x**2 + y**2
    hat = -(squares - 2 * sigma**2) / sigma**4 * np.exp(-squares / (2 * sigma**2))
    found = initialize("log", (2, 7, 7, 1), sigmas=(sigma,))[..., 0]
    np.testing.assert_allclose(found, [unit(hat), -unit(hat)], atol=1e-12)
    narrow, wide = (np.exp(-squares / (2 * width**2)) for width in (sigma, 2 * sigma))
    spot = narrow / narrow.sum() - wide / wide.sum()
    found = initialize("dog", (2, 7, 7, 1), sigmas=(sigma,), ratio=2.0)[..., 0]
    np.testing.assert_allclose(found, [unit(spot), -unit(spot)], atol=1e-12)


def test_gaussian_derivatives_differentiate(initialize: Initialize) -> None:
    """Against the nth finite difference of the Gaussian along the direction, in steps of 1e-3."""
    y, x = np.mgrid[-4:5, -4:5]
    for order in (1, 2, 3, 4):
        bank = initialize(
            "gaussian_derivatives", (3, 9, 9, 1), sigmas=(1.3,), orders=(order,), orientations=3
        )[..., 0]
        for index in range(3):
            angle = (1 + order % 2) * pi * index / 3
            ways = np.cos(angle), np.sin(angle)
            steps = 1e-2 * (np.arange(order + 1) - order / 2)
            bells = [
                np.exp(-((x + step * ways[0]) ** 2 + (y + step * ways[1]) ** 2) / (2 * 1.3**2))
                for step in steps
            ]
            difference = (-1) ** order * np.diff(bells, order, axis=0)[0]
            np.testing.assert_allclose(bank[index], unit(difference), atol=1e-4)


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("size", [(2, 2), (3, 3), (4, 4), (5, 3)])
def test_bases_are_orthonormal_and_leave_out_only_the_mean(
    name: str, size: tuple[int, int], initialize: Initialize
) -> None:
    pixels = size[0] * size[1]
    basis = initialize(name, (pixels - 1, *size, 1)).reshape(pixels - 1, pixels)
    np.testing.assert_allclose(basis @ basis.T, np.eye(pixels - 1), atol=1e-12)
    np.testing.assert_allclose(basis.T @ basis, np.eye(pixels) - 1 / pixels, atol=1e-12)


def test_dct_is_that_of_scipy(initialize: Initialize) -> None:
    fft = pytest.importorskip("scipy.fft", reason="needs SciPy")
    impulses = np.eye(15).reshape(15, 3, 5)
    waves = np.stack([fft.idctn(impulse, norm="ortho") for impulse in impulses[1:]])
    found = initialize("dct", (14, 3, 5, 1))[..., 0]
    products = np.abs((waves[:, np.newaxis] * found).sum(axis=(2, 3))).round(9)
    assert sorted(products.argmax(axis=1)) == list(range(14))
    np.testing.assert_allclose(products.max(axis=1), 1.0)


def test_haar_halves_the_kernel(initialize: Initialize) -> None:
    bank = initialize("haar", (15, 4, 4, 1))[..., 0]
    rows = [[1, 1, -1, -1], [1, -1, 0, 0], [0, 0, 1, -1]]
    np.testing.assert_allclose(bank[:3], [unit(np.tile(row, (4, 1))) for row in rows], atol=1e-12)


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
