"""How filters found in patches of real inputs become the weights of a layer."""

from collections.abc import Callable

import numpy as np

from convlab import kernels
from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.data import patches_of
from convlab_plugins.initializers.neutral import neutral
from convlab_plugins.initializers.random_fill import random_fill

# Patches of more numbers have a covariance that a batch cannot tell, and their eigenvectors take long.
MOST_NUMBERS = 256


def weights_from_patches(
    spec: InitializerSpec,
    rng: np.random.Generator,
    find: Callable[[Array, int], Array],
    plugin: str,
) -> Array:
    """Fills the first filters of each group from what is found in its patches, the others at random.

    Args:
        spec: the array to fill, with data at hand for weights. Scales are 1, biases and shifts 0; layers
            whose kernel covers more than `MOST_NUMBERS` numbers get random weights.
        rng: source of the numbers.
        find: (patches (N, D), filters of the group) -> filters (B, D), of which the first are taken; a filter
            of zeros stands for one that was not found.
        plugin: kind and name, for the message.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if there is no data at hand.

    Example:
        >>> x = np.ones((5, 3))
        >>> spec = InitializerSpec((2, 3), "dense_weight", "dense1", sample_input=lambda: x)
        >>> rng = np.random.default_rng(0)
        >>> weights_from_patches(spec, rng, lambda patches, count: patches[:1], "initializer 'x'")[0].tolist()
        [1.0, 1.0, 1.0]
    """
    if len(spec.shape) == 1:
        return neutral(spec)
    weights = random_fill(spec, rng)
    if spec.fan_in > MOST_NUMBERS:
        return weights
    per_group = spec.shape[0] // spec.groups
    for group, patches in enumerate(patches_of(spec, rng, plugin)):
        filters = find(patches, per_group)[:per_group]
        found = np.flatnonzero((filters * filters).sum(axis=1))
        weights[group * per_group + found] = filters[found].reshape(-1, *spec.shape[1:])
    return weights


def second_moments(patches: Array) -> Array:
    """Gives the mean products of the numbers in a patch, X^T X/N, with the same bits for every thread count.

    Args:
        patches: float64 (N, D).

    Returns:
        float64 (D, D); the covariance if the patches have mean 0.

    Example:
        >>> second_moments(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
        [[5.0, 7.0], [7.0, 10.0]]
    """
    products, _ = kernels.dense_backward_weight(patches, patches)
    moments: Array = products / len(patches)
    return moments
