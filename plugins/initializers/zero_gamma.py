"""Residual branches whose last normalization begins at zero."""

import numpy as np

from convlab.plugin import Array, InitializerSpec, also_for_norms
from convlab_plugins.initializers.inner import Inner, inner_weights
from convlab_plugins.initializers.neutral import neutral

_PLUGIN = "initializer 'zero_gamma'"


@also_for_norms
def zero_gamma(spec: InitializerSpec, rng: np.random.Generator, *, inner: Inner = "he_normal") -> Array:
    """Sets the last scale of each residual branch to 0, so that blocks begin as the identity.

    gamma = 0 if it is the last scale of a residual branch, else 1; w = v, the weights of another initializer

    Args:
        spec: the array to fill. Other scales are 1, biases and shifts 0.
        rng: source of the numbers.
        inner: initializer of v.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `inner` is unknown.

    Example:
        >>> spec = InitializerSpec((2,), "scale", "norm2", branch_scales=2, closes_branch=True)
        >>> zero_gamma(spec, np.random.default_rng(0)).tolist()
        [0.0, 0.0]

    References:
        Goyal et al.: Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017 (arXiv 1706.02677),
        section 5.1. PyTorch's torchvision calls it zero_init_residual.
    """
    if spec.role == "scale" and spec.closes_branch:
        return np.zeros(spec.shape)
    if len(spec.shape) == 1:
        return neutral(spec)
    return inner_weights(inner, spec, rng, plugin=_PLUGIN, field="inner")
