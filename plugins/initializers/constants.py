"""Arrays of one number."""

from math import isfinite

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require


@claims(mean=lambda spec: 0.0, largest=lambda spec: 0.0)
def zeros(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Fills with 0: right for biases and shifts, a trap for weights.

    w = 0

    Args:
        spec: the array to fill.
        rng: not used.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> zeros(InitializerSpec((2,), "bias", "conv1"), np.random.default_rng(0)).tolist()
        [0.0, 0.0]

    References:
        Goodfellow, Bengio, Courville: Deep learning, 2016, section 8.4: units that start equal stay equal, so
        a hidden layer whose weights start at 0 never learns different features.
    """
    return np.zeros(spec.shape)


@claims(mean=lambda spec: 1.0, largest=lambda spec: 1.0)
def ones(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Fills with 1: right for the scales of normalization layers.

    w = 1

    Args:
        spec: the array to fill.
        rng: not used.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> ones(InitializerSpec((2,), "scale", "norm1"), np.random.default_rng(0)).tolist()
        [1.0, 1.0]

    References:
        Ioffe, Szegedy: Batch normalization, 2015, section 3: with scale 1 and shift 0 the layer normalizes
        and does no more.
    """
    return np.ones(spec.shape)


@claims(mean=lambda spec: 0.0, largest=lambda spec: 0.0)
def constant(spec: InitializerSpec, rng: np.random.Generator, *, value: float = 0.0) -> Array:
    """Fills with one number.

    w = value

    Args:
        spec: the array to fill.
        rng: not used.
        value: the number, finite.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `value` is not finite.

    Example:
        >>> bias = InitializerSpec((2,), "bias", "conv1")
        >>> constant(bias, np.random.default_rng(0), value=0.1).tolist()
        [0.1, 0.1]

    References:
        Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks, 2012,
        section 5: biases of 1 give some relu layers positive inputs at the start.
    """
    require(isfinite(value), "initializer 'constant'", "value", value, "finite")
    return np.full(spec.shape, float(value))
