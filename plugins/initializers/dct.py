"""The waves of the discrete cosine transform."""

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.initializers.filter_bank import Channels, weights_from_bank

_PLUGIN = "initializer 'dct'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def dct(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    channels: Channels = "same",
) -> Array:
    """Sets the first filters to the basis of the discrete cosine transform, low frequencies first.

    b_uv(i, j) = cos(pi (i + 1/2) u/R) cos(pi (j + 1/2) v/S), for all (u, v) but (0, 0)

    The filters are orthogonal: together they lose nothing of a window but its mean.

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
        >>> spec = InitializerSpec((3, 2, 2, 1), "conv_weight", "conv1")
        >>> dct(spec, np.random.default_rng(0))[:2, :, :, 0].round(6).tolist()
        [[[0.5, -0.5], [0.5, -0.5]], [[0.5, 0.5], [-0.5, -0.5]]]

    References:
        Ahmed, Natarajan, Rao: Discrete cosine transform, 1974. Ulicny, Krylov, Dahyot: Harmonic convolutional
        networks based on discrete cosine transform, 2022, for networks made of them. Departure: the constant
        filter (0, 0) is left out, as every bank here gives 0 for a flat image.
    """

    def bank(height: int, width: int) -> Array:
        rows, columns = _waves(height), _waves(width)
        waves = [(u, v) for u in range(height) for v in range(width)]
        waves.sort(key=lambda wave: (wave[0] / height + wave[1] / width, wave[0]))
        return np.stack([np.outer(rows[u], columns[v]) for u, v in waves[1:]])

    return weights_from_bank(spec, rng, bank, channels=channels, plugin=_PLUGIN)


def _waves(size: int) -> Array:
    """The cosines of all frequencies in one dimension, one a row."""
    frequencies, places = np.arange(size)[:, np.newaxis], np.arange(size) + 0.5
    cosines: Array = np.cos(np.pi * frequencies * places / size)
    return cosines
