"""Scharr's edge filters."""

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.binomial import binomial, binomial_slope
from convlab_plugins.initializers.filter_bank import Channels, weights_from_bank
from convlab_plugins.initializers.turned import turned_edges

_PLUGIN = "initializer 'scharr'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def scharr(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    orientations: int = 8,
    channels: Channels = "same",
) -> Array:
    """Sets the first filters to Scharr's edge detectors, whose answers hardly depend on the edge's direction.

    b_i = cos(t_i) G_x + sin(t_i) G_y, t_i = 2 pi i/orientations, G_x = smooth(R) derive(S)^T,
    G_y = derive(R) smooth(S)^T, smooth(3) = (3, 10, 3), derive(3) = (-1, 0, 1)

    Larger kernels smooth these with binomial coefficients, as Sobel's are built; on two pixels both are the
    same. The directions go round the whole circle, since after a rectifier an edge from dark to bright is not
    the same as its reverse.

    Filters are scaled to a sum of squares of gain^2, gain being that of the activation that follows, which is
    the mean for random weights N(0, gain^2/fan_in); the filters beyond the bank are such random weights. So
    are all weights where the bank has no meaning: dense layers, vectors and kernels with a side of one pixel.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        orientations: number of directions, >= 1.
        channels: "same" looks at the sum of the input channels, "random" gives each channel a normal weight.

    Returns:
        float64 array of `spec.shape`. A layer with fewer filters than the bank takes evenly spread ones.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((8, 3, 3, 1), "conv_weight", "conv1")
        >>> kernel = scharr(spec, np.random.default_rng(0))[0, :, :, 0]
        >>> (3 * kernel / kernel[0, 2])[:, 2].round(6).tolist()
        [3.0, 10.0, 3.0]

    References:
        Scharr: Optimale Operatoren in der digitalen Bildverarbeitung, 2000, chapter 9, for 3 x 3, in the
        integers of OpenCV. The thesis optimizes 5 x 5 anew, which is not done here. Unlike in image
        processing, the filters are rescaled.
    """
    require(orientations >= 1, _PLUGIN, "orientations", orientations, ">= 1")

    def bank(height: int, width: int) -> Array:
        return turned_edges(height, width, _smooth, binomial_slope, orientations)

    return weights_from_bank(spec, rng, bank, channels=channels, plugin=_PLUGIN)


def _smooth(size: int) -> Array:
    """(3, 10, 3), smoothed further to more pixels."""
    return binomial(size) if size < 3 else np.convolve(binomial(size - 2), [3.0, 10.0, 3.0])
