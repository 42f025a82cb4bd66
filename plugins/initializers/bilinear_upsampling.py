"""Bilinear interpolation as weights."""

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.random_fill import random_fill


def bilinear_upsampling(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Sets each channel's kernel to the tent of bilinear interpolation, and lets no channel see another.

    w[k, r, s, c] = tent_R(r) tent_S(s) if k mod (K/groups) = c, else 0,
    tent_n(i) = 1 - |i - (n - 1)/2|/f, f = floor((n + 1)/2)

    As a transposed convolution of stride f it enlarges images f times by interpolation; as a convolution it
    smooths them. Filters beyond the channels of their group are 0.

    Args:
        spec: the array to fill. Dense layers and vectors have no pixels: these get random weights,
            N(0, gain^2/fan_in).
        rng: source of those.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> spec = InitializerSpec((1, 4, 4, 1), "conv_weight", "conv1")
        >>> bilinear_upsampling(spec, np.random.default_rng(0))[0, 1, :, 0].tolist()
        [0.1875, 0.5625, 0.5625, 0.1875]

    References:
        Long, Shelhamer, Darrell: Fully convolutional networks for semantic segmentation, 2015, section 3.3.
        The tent for even and odd sides is that of the authors' code (surgery.upsample_filt).
    """
    if len(spec.shape) != 4:
        return random_fill(spec, rng)
    filters, height, width, channels = spec.shape
    tent = np.outer(_tent(height), _tent(width))
    passed = np.tile(np.eye(filters // spec.groups, channels), (spec.groups, 1))
    weights: Array = passed[:, np.newaxis, np.newaxis, :] * tent[np.newaxis, :, :, np.newaxis]
    return weights


def _tent(size: int) -> Array:
    """Climbs and falls by 1/f a pixel."""
    tent: Array = 1 - np.abs(np.arange(size) - (size - 1) / 2) / ((size + 1) // 2)
    return tent
