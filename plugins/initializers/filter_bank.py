"""How a bank of image filters becomes the weights of a convolution."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.checks import require
from convlab_plugins.initializers.random_fill import random_fill

Channels = Literal["same", "random"]
# Below this part of the largest filter's length a filter is rounding error, such as an even Gabor on two
# pixels.
_NEGLIGIBLE = 1e-6


def weights_from_bank(
    spec: InitializerSpec,
    rng: np.random.Generator,
    make_bank: Callable[[int, int], Array],
    *,
    channels: Channels,
    plugin: str,
) -> Array:
    """Fills the first filters of a layer from a bank and the others with random weights of the same variance.

    w[k, r, s, c] = gain a[k, c] (b[r, s] - mean b)/norm, norm such that sum w[k]^2 = gain^2

    A filter of random weights N(0, gain^2/fan_in) has that sum of squares in expectation, so the two kinds
    are of equal size. The mean is taken off so that a flat image gives 0.

    Args:
        spec: the array to fill. Where there is no image to look at (dense weights, vectors, kernels with a
            side of one pixel) all weights are random.
        rng: source of the numbers.
        make_bank: (height, width) -> array (B, height, width).
        channels: "same": a = 1, the filter looks at the sum of its input channels; "random": a is normal, so
            that each channel has a weight of its own.
        plugin: kind and name, for the message.

    Returns:
        float64 array of `spec.shape`. A layer with fewer filters than the bank takes evenly spread ones.

    Raises:
        ConfigError: if `channels` is unknown.

    Example:
        >>> spec = InitializerSpec((3, 2, 2, 1), "conv_weight", "conv1")
        >>> bank = lambda height, width: np.array([[[1.0, -1.0], [1.0, -1.0]]])
        >>> weights_from_bank(
        ...     spec, np.random.default_rng(0), bank, channels="same", plugin="initializer 'x'"
        ... ).shape
        (3, 2, 2, 1)
    """
    require(channels in ("same", "random"), plugin, "channels", channels, "one of same, random")
    weights = random_fill(spec, rng)
    if len(spec.shape) != 4 or min(spec.shape[1:3]) < 2:
        return weights
    bank = _normalized(make_bank(spec.shape[1], spec.shape[2]))
    count = min(len(bank), spec.shape[0])
    chosen = bank[np.arange(count) * len(bank) // max(count, 1)]
    by_channel = (
        np.ones((count, spec.shape[3])) if channels == "same" else rng.standard_normal((count, spec.shape[3]))
    )
    by_channel *= spec.gain / np.linalg.norm(by_channel, axis=1, keepdims=True)
    weights[:count] = chosen[:, :, :, np.newaxis] * by_channel[:, np.newaxis, np.newaxis, :]
    return weights


def _normalized(bank: Array) -> Array:
    """Filters of mean 0 and length 1; those that vanish without their mean are left out."""
    bank = bank - bank.mean(axis=(1, 2), keepdims=True)
    lengths = np.sqrt((bank * bank).sum(axis=(1, 2)))
    kept = lengths > _NEGLIGIBLE * max(1.0, float(lengths.max(initial=0.0)))
    normalized: Array = bank[kept] / lengths[kept, np.newaxis, np.newaxis]
    return normalized
