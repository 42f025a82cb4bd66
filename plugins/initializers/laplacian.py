"""Laplace's filters."""

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.initializers.binomial import binomial
from convlab_plugins.initializers.filter_bank import Channels, weights_from_bank

_PLUGIN = "initializer 'laplacian'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def laplacian(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    channels: Channels = "same",
) -> Array:
    """Sets the first filters to discrete Laplacians: spots brighter or darker than what surrounds them.

    b = +-(curve(R) center(S)^T + center(R) curve(S)^T), +-(curve(R) smooth(S)^T + smooth(R) curve(S)^T)

    curve(n) holds second differences of binomial coefficients, smooth(n) binomial coefficients and center(n)
    the middle pixel, or half of each of two: 3 x 3 gives the Laplacian of the four nearest pixels and that
    of the four diagonal ones. Both signs are there, since after a rectifier a bright spot is not the same as
    a dark one. Two pixels have no second difference, so 2 x 2 is random.

    Filters are scaled to a sum of squares of gain^2, gain being that of the activation that follows, which is
    the mean for random weights N(0, gain^2/fan_in); the filters beyond the bank are such random weights. So
    are all weights where the bank has no meaning: dense layers, vectors and kernels with a side of one pixel.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        channels: "same" looks at the sum of the input channels, "random" gives each channel a normal weight.

    Returns:
        float64 array of `spec.shape`. A layer with fewer filters than the bank takes evenly spread ones.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((4, 3, 3, 1), "conv_weight", "conv1")
        >>> kernel = laplacian(spec, np.random.default_rng(0))[0, :, :, 0]
        >>> (kernel / kernel[0, 1]).round(6).tolist()
        [[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]

    References:
        Rosenfeld, Kak: Digital picture processing, 1976, section 6.4. Larger kernels follow OpenCV's
        Laplacian, which adds two second derivatives of Sobel's kind. Unlike in image processing, the filters
        are rescaled.
    """

    def bank(height: int, width: int) -> Array:
        curves = np.outer(_curve(height), _center(width)), np.outer(_center(height), _curve(width))
        smooth = np.outer(_curve(height), binomial(width)), np.outer(binomial(height), _curve(width))
        nearest, diagonal = curves[0] + curves[1], smooth[0] + smooth[1]
        return np.stack([nearest, -nearest, diagonal, -diagonal])

    return weights_from_bank(spec, rng, bank, channels=channels, plugin=_PLUGIN)


def _curve(size: int) -> Array:
    """Second differences; nothing on two pixels."""
    return np.zeros(size) if size < 3 else np.convolve(binomial(size - 2), [1.0, -2.0, 1.0])


def _center(size: int) -> Array:
    """The middle, as one pixel or two."""
    middle = binomial(1) if size % 2 else binomial(2) / 2
    return np.pad(middle, (size - len(middle)) // 2)
