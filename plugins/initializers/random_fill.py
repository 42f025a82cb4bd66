"""The random weights beside which, or instead of which, fixed filters stand."""

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.variance_scaling import variance_scaling


def random_fill(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Draws normal weights with the variance that the activation asks for.

    w ~ N(0, gain^2/fan_in): He's weights where the activation is relu

    Args:
        spec: the array to fill.
        rng: source of the numbers.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> spec = InitializerSpec((64, 3, 3, 64), "conv_weight", "conv1", gain=2.0)
        >>> round(float(random_fill(spec, np.random.default_rng(0)).var() * 576), 1)
        4.0
    """
    return variance_scaling(spec, rng, scale="auto", mode="fan_in", distribution="normal")
