"""Vectors that leave a layer as it is."""

import numpy as np

from convlab.plugin import Array, InitializerSpec


def neutral(spec: InitializerSpec) -> Array:
    """Gives scales of 1, biases and shifts of 0.

    Args:
        spec: the array to fill.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> neutral(InitializerSpec((2,), "scale", "norm1")).tolist()
        [1.0, 1.0]
    """
    return np.full(spec.shape, float(spec.role == "scale"))
