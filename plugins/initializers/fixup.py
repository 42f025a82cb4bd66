"""Residual networks that train without normalization."""

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.inner import Inner, inner_weights
from convlab_plugins.initializers.neutral import neutral

_PLUGIN = "initializer 'fixup'"


def fixup(spec: InitializerSpec, rng: np.random.Generator, *, inner: Inner = "he_normal") -> Array:
    """Scales the weights in residual branches by the number of branches, and lets each branch begin at 0.

    w = L^(-1/(2m - 2)) v in a branch of m layers, one of L branches; 0 for the last layer of a branch and the
    last of the network; v elsewhere, v the weights of another initializer

    A step of training then changes the network's outputs by about as much at any depth.

    Args:
        spec: the array to fill. Scales are 1, biases and shifts 0.
        rng: source of the numbers.
        inner: initializer of v.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `inner` is unknown.

    Example:
        >>> spec = InitializerSpec((2, 8), "dense_weight", "dense1", depth=9, branches=16, branch_layers=2)
        >>> weights = fixup(spec, np.random.default_rng(0), inner="orthogonal")
        >>> (weights**2).sum(axis=1).round(6).tolist()
        [0.0625, 0.0625]

    References:
        Zhang, Dauphin, Ma: Fixup initialization: residual learning without normalization, 2019 (arXiv
        1901.09321), section 3, rules 1 and 2. Departure: rule 3 adds scalar biases and a multiplier to every
        branch, which is for the network to have and not for an initializer.
    """
    if len(spec.shape) == 1:
        return neutral(spec)
    weights = inner_weights(inner, spec, rng, plugin=_PLUGIN, field="inner")
    if spec.closes_branch or spec.layer_index == spec.depth - 1:
        return np.zeros(spec.shape)
    if spec.branch_layers > 1:
        weights *= spec.branches ** (-1 / (2 * spec.branch_layers - 2))
    return weights
