"""Weights for rates that carry over from narrow to wide networks."""

from math import sqrt

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.neutral import neutral
from convlab_plugins.initializers.random_fill import random_fill

_PLUGIN = "initializer 'mup'"


@claims(mean=lambda spec: 0.0)
def mup(spec: InitializerSpec, rng: np.random.Generator, *, base: int = 64) -> Array:
    """Draws weights in maximal update parametrization: the last layer's fall faster with the width.

    hidden w ~ N(0, gain^2/n), last w ~ N(0, gain^2 base/n^2), n = fan_in

    At n = base the last layer is like the others; a network twice as wide begins with outputs smaller by
    sqrt(2), so that all layers can learn equally fast at any width.

    Args:
        spec: the array to fill. Scales are 1, biases and shifts 0.
        rng: source of the numbers.
        base: fan_in of the last layer of the network whose learning rate was tuned, >= 1.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `base` is below 1.

    Example:
        >>> spec = InitializerSpec((100, 1024), "dense_weight", "dense2", layer_index=1, depth=2)
        >>> round(float(mup(spec, np.random.default_rng(0)).std() * 1024), 1)
        8.0

    References:
        Yang et al.: Tensor programs V: tuning large neural networks via zero-shot hyperparameter transfer,
        2022, table 3. The rates of its layers, which fall with the width as well, are those of
        ``optimizer=mup``.
    """
    require(base >= 1, _PLUGIN, "base", base, ">= 1")
    if len(spec.shape) == 1:
        return neutral(spec)
    weights = random_fill(spec, rng)
    is_last = spec.layer_index == spec.depth - 1
    return weights * sqrt(base / spec.fan_in) if is_last else weights
