"""The Laplacian of a Gaussian."""

from math import inf

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.filter_bank import Channels, weights_from_bank
from convlab_plugins.initializers.gaussian import grid

_PLUGIN = "initializer 'log'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def log(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    sigmas: tuple[float, ...] = (0.5, 1.0, 2.0),
    channels: Channels = "same",
) -> Array:
    """Sets the first filters to Laplacians of Gaussians, "Mexican hats": spots of several sizes.

    b(x, y) = +-(2 - (x^2 + y^2)/s^2) exp(-(x^2 + y^2)/(2 s^2)), x and y from the kernel's center

    Both signs are there, since after a rectifier a bright
    spot is not the same as a dark one. On 2 x 2 all pixels are equally far from the center, so these kernels
    are random.

    Filters are scaled to a sum of squares of gain^2, gain being that of the activation that follows, which is
    the mean for random weights N(0, gain^2/fan_in); the filters beyond the bank are such random weights. So
    are all weights where the bank has no meaning: dense layers, vectors and kernels with a side of one pixel.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        sigmas: widths of the Gaussians in pixels, one or more, each > 0.
        channels: "same" looks at the sum of the input channels, "random" gives each channel a normal weight.

    Returns:
        float64 array of `spec.shape`. A layer with fewer filters than the bank takes evenly spread ones.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((6, 5, 5, 1), "conv_weight", "conv1")
        >>> kernel = log(spec, np.random.default_rng(0), sigmas=(1.0,))[0, :, :, 0]
        >>> bool(kernel[2, 2] == kernel.max()), bool((kernel == kernel.T).all())
        (True, True)

    References:
        Marr, Hildreth: Theory of edge detection, 1980, equation 5, with the center positive first.
        Departures: the mean over the kernel is taken off, so that a flat image gives 0, and the filters are
        rescaled.
    """
    good = len(sigmas) > 0 and all(0 < sigma < inf for sigma in sigmas)
    require(good, _PLUGIN, "sigmas", sigmas, "one or more numbers > 0")

    def bank(height: int, width: int) -> Array:
        x, y = grid(height, width)
        squares = x * x + y * y
        hats = [(2 - squares / s**2) * np.exp(-squares / (2 * s**2)) for s in sigmas]
        return np.stack([sign * hat for hat in hats for sign in (1.0, -1.0)])

    return weights_from_bank(spec, rng, bank, channels=channels, plugin=_PLUGIN)
