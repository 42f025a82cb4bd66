"""Haar's wavelets."""

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.initializers.filter_bank import Channels, weights_from_bank

_PLUGIN = "initializer 'haar'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def haar(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    channels: Channels = "same",
) -> Array:
    """Sets the first filters to Haar's wavelets: differences of the means of neighboring rectangles.

    b_ij = h_i(R) h_j(S)^T, for all (i, j) but (0, 0), h_0 = 1,
    h_i = 1/n_l on the left half of a segment and -1/n_r on its right half, halves of n_l and n_r pixels

    The segments come from halving the kernel's side again and again, the larger half on the right where it
    is odd. The filters are orthogonal: together they lose nothing of a window but its mean.

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
        >>> haar(spec, np.random.default_rng(0))[:, :, :, 0].round(6).tolist()
        [[[0.5, -0.5], [0.5, -0.5]], [[0.5, 0.5], [-0.5, -0.5]], [[0.5, -0.5], [-0.5, 0.5]]]

    References:
        Haar: Zur Theorie der orthogonalen Funktionensysteme, 1910. Girardi, Sweldens: A new class of
        unbalanced Haar wavelets that form an unconditional basis for Lp on general measure spaces, 1997, for
        sides that are no powers of two. Departure: the constant filter is left out.
    """

    def bank(height: int, width: int) -> Array:
        rows, columns = _wavelets(height), _wavelets(width)
        return np.stack([np.outer(row, column) for row in rows for column in columns][1:])

    return weights_from_bank(spec, rng, bank, channels=channels, plugin=_PLUGIN)


def _wavelets(size: int) -> list[Array]:
    """The constant and the wavelets in one dimension, long ones first."""
    wavelets, segments = [np.ones(size)], [(0, size)]
    for start, stop in segments:  # grows while it is walked: halves follow the whole
        if stop - start < 2:
            continue
        middle = (start + stop) // 2
        wavelet = np.zeros(size)
        wavelet[start:middle] = 1 / (middle - start)
        wavelet[middle:stop] = -1 / (stop - middle)
        wavelets.append(wavelet)
        segments += [(start, middle), (middle, stop)]
    return wavelets
