"""Differences of Gaussians."""

from math import inf

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.filter_bank import Channels, weights_from_bank
from convlab_plugins.initializers.gaussian import gaussian, grid

_PLUGIN = "initializer 'dog'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def dog(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    sigmas: tuple[float, ...] = (0.5, 1.0, 2.0),
    ratio: float = 1.6,
    channels: Channels = "same",
) -> Array:
    """Sets the first filters to differences of Gaussians: center against surround, as in the retina.

    b(x, y) = +-(g(x, y; s) - g(x, y; ratio s)), g a Gaussian of sum 1 over the kernel

    Both signs are there, since after a rectifier a bright
    spot is not the same as a dark one. On 2 x 2 all pixels are equally far from the center, so these kernels
    are random.

    Filters are scaled to a sum of squares of gain^2, gain being that of the activation that follows, which is
    the mean for random weights N(0, gain^2/fan_in); the filters beyond the bank are such random weights. So
    are all weights where the bank has no meaning: dense layers, vectors and kernels with a side of one pixel.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        sigmas: widths of the narrow Gaussians in pixels, one or more, each > 0.
        ratio: width of the wide Gaussian over that of the narrow one, > 1. With 1.6 the filter is close to a
            Laplacian of a Gaussian.
        channels: "same" looks at the sum of the input channels, "random" gives each channel a normal weight.

    Returns:
        float64 array of `spec.shape`. A layer with fewer filters than the bank takes evenly spread ones.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((6, 5, 5, 1), "conv_weight", "conv1")
        >>> kernel = dog(spec, np.random.default_rng(0), sigmas=(1.0,))[0, :, :, 0]
        >>> bool(kernel[2, 2] == kernel.max()), bool((kernel == kernel.T).all())
        (True, True)

    References:
        Marr, Hildreth: Theory of edge detection, 1980, appendix B, for the ratio 1.6. Rodieck: Quantitative
        analysis of cat retinal ganglion cell response to visual stimuli, 1965. Departures: each Gaussian has
        sum 1 over the kernel, not over the plane, and the filters are rescaled.
    """
    good = len(sigmas) > 0 and all(0 < sigma < inf for sigma in sigmas)
    require(good, _PLUGIN, "sigmas", sigmas, "one or more numbers > 0")
    require(1 < ratio < inf, _PLUGIN, "ratio", ratio, "> 1 and finite")

    def bank(height: int, width: int) -> Array:
        x, y = grid(height, width)
        differences = [gaussian(x, y, sigma) - gaussian(x, y, ratio * sigma) for sigma in sigmas]
        return np.stack([sign * difference for difference in differences for sign in (1.0, -1.0)])

    return weights_from_bank(spec, rng, bank, channels=channels, plugin=_PLUGIN)
