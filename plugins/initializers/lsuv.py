"""Unit variance from layer to layer, measured on real data."""

from math import inf, sqrt

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.checks import require
from convlab_plugins.initializers.data import outputs_with
from convlab_plugins.initializers.neutral import neutral
from convlab_plugins.initializers.orthogonal import orthogonal

_PLUGIN = "initializer 'lsuv'"


def lsuv(
    spec: InitializerSpec, rng: np.random.Generator, *, tolerance: float = 0.01, iterations: int = 10
) -> Array:
    """Draws orthonormal weights and scales them until the layer's outputs have variance 1 on real data.

    W = Q, then W <- W/sqrt(Var(y)) until |Var(y) - 1| < tolerance, y = W x before bias and activation

    Layers are filled in order, so that each sees what the layers before make of a batch of training images.

    Args:
        spec: the array to fill, with data at hand for weights. Scales are 1, biases and shifts 0.
        rng: source of the numbers.
        tolerance: > 0.
        iterations: most divisions, >= 1. One is enough but for rounding.

    Returns:
        float64 array of `spec.shape`. Where all outputs are alike, the orthonormal weights.

    Raises:
        ConfigError: if a setting is out of range, or weights have no data at hand.

    Example:
        >>> x = 5 * np.random.default_rng(1).standard_normal((500, 3))
        >>> spec = InitializerSpec((2, 3), "dense_weight", "dense1", sample_output=lambda w: x @ w.T)
        >>> round(float((x @ lsuv(spec, np.random.default_rng(0)).T).var()), 6)
        1.0

    References:
        Mishkin, Matas: All you need is a good init, 2016 (arXiv 1511.06422), algorithm 1, with tolerance 0.1
        and 10 iterations there. Batch normalization and dropout act as in training.
    """
    require(0 < tolerance < inf, _PLUGIN, "tolerance", tolerance, "> 0 and finite")
    require(iterations >= 1, _PLUGIN, "iterations", iterations, ">= 1")
    if len(spec.shape) == 1:
        return neutral(spec)
    weights = orthogonal(spec, rng)
    for _ in range(iterations):
        variance = float(outputs_with(spec, weights, _PLUGIN).var())
        if variance == 0 or abs(variance - 1) < tolerance:
            break
        weights = weights / sqrt(variance)
    return weights
