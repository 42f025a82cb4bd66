"""Convolutions of which a part begins as the identity."""

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.dirac import dirac
from convlab_plugins.initializers.inner import Inner, inner_weights

_PLUGIN = "initializer 'partial_identity'"


def partial_identity(
    spec: InitializerSpec, rng: np.random.Generator, *, rest: Inner = "torch_default"
) -> Array:
    """Lets the first filters pass the input channels on unchanged, and draws the others at random.

    w[k] = dirac for k < C, in each group; w[k] = v[k] beyond, v the weights of another initializer

    Args:
        spec: the array to fill. Dense layers and vectors get v.
        rng: source of the numbers.
        rest: initializer of v.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `rest` is none of them.

    Example:
        >>> spec = InitializerSpec((4, 3, 3, 2), "conv_weight", "conv1")
        >>> weights = partial_identity(spec, np.random.default_rng(0))
        >>> weights[1, 1, 1].tolist(), int((weights[2:] != 0).sum())
        ([0.0, 1.0], 36)

    References:
        Jordan: 94% on CIFAR-10 in 3.29 seconds on a single GPU, 2024, section 3.2, "identity
        initialization", where the other filters are PyTorch's default.
    """
    weights = inner_weights(rest, spec, rng, plugin=_PLUGIN, field="rest")
    if len(spec.shape) == 4:
        passing = np.arange(spec.shape[0]) % (spec.shape[0] // spec.groups) < spec.shape[3]
        weights[passing] = dirac(spec, rng)[passing]
    return weights
