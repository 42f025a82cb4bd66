"""Residual branches that say nothing at first."""

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.inner import Inner, inner_weights
from convlab_plugins.initializers.neutral import neutral


def silent_branches(spec: InitializerSpec, rng: np.random.Generator, inner: Inner, plugin: str) -> Array:
    """Fills an array so that each residual branch gives 0: by its last scale, or its last weights.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        inner: initializer of all other weights.
        plugin: kind and name, for the message.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `inner` is unknown.

    Example:
        >>> spec = InitializerSpec((1, 1), "dense_weight", "dense1", branch_layers=1, closes_branch=True)
        >>> silent_branches(spec, np.random.default_rng(0), "he_normal", "initializer 'x'").tolist()
        [[0.0]]
    """
    if spec.closes_branch and (spec.role == "scale" or spec.branch_scales == 0):
        return np.zeros(spec.shape)
    if len(spec.shape) == 1:
        return neutral(spec)
    return inner_weights(inner, spec, rng, plugin=plugin, field="inner")
