"""The principal components of patches as filters."""

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.eigen import eigen
from convlab_plugins.initializers.patch_filters import second_moments, weights_from_patches

_PLUGIN = "initializer 'patch_pca'"


def patch_pca(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Sets the first filters to the principal components of the patches of real inputs.

    w[i] = gain v_i, Cov(patches) = V diag(lambda) V^T, lambda_1 >= lambda_2 >= ...

    A layer of K filters then keeps as much of the patches' variance as K linear filters can. Filters beyond
    the numbers in a patch are random, N(0, gain^2/fan_in), and so of the same size in the mean.

    Args:
        spec: the array to fill, with data at hand for weights. Scales are 1, biases and shifts 0; layers
            whose kernel covers more than 256 numbers get random weights.
        rng: chooses up to 20,000 patches, and draws what is random.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if there is no data at hand.

    Example:
        >>> x = np.random.default_rng(1).standard_normal((500, 2)) * [1.0, 9.0]
        >>> spec = InitializerSpec((2, 2), "dense_weight", "dense1", sample_input=lambda: x)
        >>> abs(patch_pca(spec, np.random.default_rng(0))).round(1).tolist()
        [[0.0, 1.0], [1.0, 0.0]]

    References:
        Chan, Jia, Gao, Lu, Zeng, Ma: PCANet: a simple deep learning baseline for image classification?, 2015,
        section II. There each patch loses its own mean; here the mean of all patches is taken off.
    """

    def find(patches: Array, count: int) -> Array:
        _, vectors = eigen(second_moments(patches - patches.mean(axis=0)))
        components: Array = spec.gain * vectors
        return components

    return weights_from_patches(spec, rng, find, _PLUGIN)
