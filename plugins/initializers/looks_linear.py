"""Networks that begin as linear maps."""

from dataclasses import replace

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.orthogonal import orthogonal

_PLUGIN = "initializer 'looks_linear'"


@claims(mean=lambda spec: 0.0)
def looks_linear(spec: InitializerSpec, rng: np.random.Generator, *, pixels: int = 1) -> Array:
    """Mirrors orthogonal weights, so that concatenated rectifiers cancel and the network begins linear.

    W = [V, -V] over the input channels, V orthogonal with half as many channels: then W [x+, x-] = V x

    It is meant for networks whose activation gives twice the channels, the positive parts and then the
    negative parts (CReLU). Gradients then reach every layer undisturbed, as in a linear network.

    Args:
        spec: the array to fill. The first layer, which sees images, layers with an odd number of channels
            and vectors get `orthogonal` weights.
        rng: source of the numbers.
        pixels: of a dense layer, the number of pixels that were flattened in front of it, >= 1: each has its
            own positive and negative channels. Where inputs do not divide by twice that, one pixel is taken.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `pixels` is below 1.

    Example:
        >>> spec = InitializerSpec((3, 8), "dense_weight", "dense2", layer_index=1, depth=2)
        >>> weights = looks_linear(spec, np.random.default_rng(0))
        >>> bool((weights[:, :4] == -weights[:, 4:]).all())
        True

    References:
        Balduzzi, Frean, Leary, Lewis, Ma, McWilliams: The shattered gradients problem, 2017 (arXiv
        1702.08591), section 4. Shang, Sohn, Almeida, Lee: Understanding and improving convolutional neural
        networks via concatenated rectified linear units, 2016, for CReLU.
    """
    require(pixels >= 1, _PLUGIN, "pixels", pixels, ">= 1")
    channels = spec.shape[-1]
    if spec.layer_index == 0 or len(spec.shape) == 1 or channels % 2:
        return orthogonal(spec, rng)
    half = orthogonal(replace(spec, shape=(*spec.shape[:-1], channels // 2)), rng)
    pixels = pixels if len(spec.shape) == 2 and channels % (2 * pixels) == 0 else 1
    apart = half.reshape(*spec.shape[:-1], pixels, -1)
    return np.concatenate([apart, -apart], axis=-1).reshape(spec.shape)
