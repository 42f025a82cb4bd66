"""Filters that whiten the patches of real images."""

from math import inf

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.checks import require
from convlab_plugins.initializers.eigen import eigen
from convlab_plugins.initializers.patch_filters import second_moments, weights_from_patches

_PLUGIN = "initializer 'patch_whitening'"


def patch_whitening(spec: InitializerSpec, rng: np.random.Generator, *, epsilon: float = 5e-4) -> Array:
    """Sets the filters to the eigenvectors of the patches, scaled to variance 1, and to their negatives.

    w[i] = v_i/sqrt(lambda_i + epsilon), w[h + i] = -w[i], X^T X/N = V diag(lambda) V^T over patches X

    With h = D, the numbers in a patch, the outputs w[1] to w[D] are uncorrelated and of equal size; the
    negatives keep what a rectifier would lose. With fewer filters, the h = K/2 largest eigenvalues are taken;
    further filters are random, N(0, gain^2/fan_in). It is made for the first layer, mostly frozen there.

    Args:
        spec: the array to fill, with data at hand for weights. Scales are 1, biases and shifts 0; layers
            whose kernel covers more than 256 numbers get random weights.
        rng: chooses up to 20,000 patches, and draws what is random.
        epsilon: added to the eigenvalues, so that noise is not blown up, > 0.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `epsilon` is out of range, or there is no data at hand.

    Example:
        >>> x = np.random.default_rng(1).standard_normal((500, 3)) * [1.0, 2.0, 3.0]
        >>> spec = InitializerSpec((6, 3), "dense_weight", "dense1", sample_input=lambda: x)
        >>> y = x @ patch_whitening(spec, np.random.default_rng(0))[:3].T
        >>> bool(np.allclose(y.T @ y / 500, np.eye(3), atol=0.01))
        True

    References:
        Jordan: 94% on CIFAR-10 in 3.29 seconds on a single GPU, 2024, section 3.1, with 2 x 2 patches, 24
        filters, and this epsilon. As there, the mean is not taken off the patches: the images are normalized.
    """
    require(0 < epsilon < inf, _PLUGIN, "epsilon", epsilon, "> 0 and finite")

    def find(patches: Array, count: int) -> Array:
        values, vectors = eigen(second_moments(patches))
        white = vectors / np.sqrt(np.maximum(values, 0) + epsilon)[:, np.newaxis]
        half = white[: count // 2]
        return np.concatenate([half, -half])

    return weights_from_patches(spec, rng, find, _PLUGIN)
