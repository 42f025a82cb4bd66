"""Derivatives of Gaussians."""

from itertools import product
from math import inf, pi

import numpy as np
from numpy.polynomial.hermite_e import hermeval

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.filter_bank import Channels, weights_from_bank
from convlab_plugins.initializers.gaussian import gaussian, grid

_PLUGIN = "initializer 'gaussian_derivatives'"
_MOST = 4


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def gaussian_derivatives(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    sigmas: tuple[float, ...] = (1.0,),
    orders: tuple[int, ...] = (1, 2),
    orientations: int = 8,
    channels: Channels = "same",
) -> Array:
    """Sets the first filters to directional derivatives of Gaussians: edges, lines, and what lies beyond.

    b(x, y) = He_n(u/s) exp(-(x^2 + y^2)/(2 s^2)), u = x cos t + y sin t, x and y from the kernel's
    center, He_n Hermite's polynomial, t = 2 pi i/orientations for odd n and pi i/orientations for even n

    That is (-s)^n times the nth derivative, so that odd filters answer to what rises along t. Turning an odd
    one by half a circle reverses its sign, turning an even one changes nothing.

    Filters are scaled to a sum of squares of gain^2, gain being that of the activation that follows, which is
    the mean for random weights N(0, gain^2/fan_in); the filters beyond the bank are such random weights. So
    are all weights where the bank has no meaning: dense layers, vectors and kernels with a side of one pixel.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        sigmas: widths of the Gaussians in pixels, one or more, each > 0.
        orders: n, one or more, each from 1 to 4. A kernel of n pixels hardly shows more than order n - 1.
        orientations: number of directions of each order, >= 1.
        channels: "same" looks at the sum of the input channels, "random" gives each channel a normal weight.

    Returns:
        float64 array of `spec.shape`. A layer with fewer filters than the bank takes evenly spread ones.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((16, 5, 5, 1), "conv_weight", "conv1")
        >>> kernel = gaussian_derivatives(spec, np.random.default_rng(0))[0, :, :, 0]
        >>> np.sign(kernel[2].round(6)).tolist()
        [-1.0, -1.0, 0.0, 1.0, 1.0]

    References:
        Koenderink, van Doorn: Representation of local geometry in the visual system, 1987. Jacobsen, van
        Gemert, Lou, Smeulders: Structured receptive fields in CNNs, 2016, section 3, for networks made of
        them. Departures: the mean over the kernel is taken off, and the filters are rescaled.
    """
    good = len(sigmas) > 0 and all(0 < sigma < inf for sigma in sigmas)
    require(good, _PLUGIN, "sigmas", sigmas, "one or more numbers > 0")
    good = len(orders) > 0 and all(1 <= order <= _MOST for order in orders)
    require(good, _PLUGIN, "orders", orders, f"one or more integers from 1 to {_MOST}")
    require(orientations >= 1, _PLUGIN, "orientations", orientations, ">= 1")

    def bank(height: int, width: int) -> Array:
        x, y = grid(height, width)
        return np.stack(
            [
                _derivative(x, y, sigma, order, (1 + order % 2) * pi * index / orientations)
                for sigma, order, index in product(sigmas, orders, range(orientations))
            ]
        )

    return weights_from_bank(spec, rng, bank, channels=channels, plugin=_PLUGIN)


def _derivative(x: Array, y: Array, sigma: float, order: int, angle: float) -> Array:
    """One derivative along a direction."""
    along = (x * np.cos(angle) + y * np.sin(angle)) / sigma
    hermite = hermeval(along, [0.0] * order + [1.0])
    derivative: Array = hermite * gaussian(x, y, sigma)
    return derivative
