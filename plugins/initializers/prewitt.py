"""Prewitt's edge filters."""

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.filter_bank import Channels, weights_from_bank
from convlab_plugins.initializers.turned import turned_edges

_PLUGIN = "initializer 'prewitt'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def prewitt(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    orientations: int = 8,
    channels: Channels = "same",
) -> Array:
    """Sets the first filters to Prewitt's edge detectors, turned to several directions.

    b_i = cos(t_i) G_x + sin(t_i) G_y, t_i = 2 pi i/orientations, G_x = 1 ramp(S)^T, G_y = ramp(R) 1^T

    ramp(n) climbs from -(n - 1)/2 to (n - 1)/2, so that the filter's answer is the slope of the plane that
    fits the pixels best in the least squares sense. The directions go round the whole circle, since after a
    rectifier an edge from dark to bright is not the same as its reverse.

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
        >>> kernel = prewitt(spec, np.random.default_rng(0))[0, :, :, 0]
        >>> (kernel / kernel[0, 2]).round(6).tolist()
        [[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]]

    References:
        Prewitt: Object enhancement and extraction, 1970, where the 3 x 3 operator is such a fit. Freeman,
        Adelson: The design and use of steerable filters, 1991, for the directions between. Unlike in image
        processing, the filters are rescaled.
    """
    require(orientations >= 1, _PLUGIN, "orientations", orientations, ">= 1")

    def bank(height: int, width: int) -> Array:
        return turned_edges(height, width, np.ones, _ramp, orientations)

    return weights_from_bank(spec, rng, bank, channels=channels, plugin=_PLUGIN)


def _ramp(size: int) -> Array:
    """Climbs by 1, with mean 0."""
    ramp: Array = np.arange(size) - (size - 1) / 2
    return ramp
