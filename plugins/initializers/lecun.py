"""LeCun's initializers."""

from math import sqrt

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.initializers.variance_scaling import variance_scaling


@claims(
    variance=lambda spec: 1 / spec.fan_in, mean=lambda spec: 0.0, largest=lambda spec: sqrt(3 / spec.fan_in)
)
def lecun_uniform(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Draws uniformly with the variance that keeps the signal's variance through linear layers.

    w ~ U(-l, l), l = sqrt(3/fan_in), so Var(w) = 1/fan_in

    Args:
        spec: the array to fill.
        rng: source of the numbers.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> spec = InitializerSpec((4, 3), "dense_weight", "dense1")
        >>> bool(abs(lecun_uniform(spec, np.random.default_rng(0))).max() <= 1.0)
        True

    References:
        LeCun, Bottou, Orr, Müller: Efficient backprop, 1998, equation 16.
    """
    return variance_scaling(spec, rng, scale=1.0, mode="fan_in", distribution="uniform")


@claims(variance=lambda spec: 1 / spec.fan_in, mean=lambda spec: 0.0)
def lecun_normal(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Draws from a truncated normal with the variance that keeps the signal's variance through linear layers.

    w ~ N(0, s^2) given |w| <= 2 s, s = sqrt(1/fan_in)/0.87962566, so Var(w) = 1/fan_in

    The initializer that selu was designed for.

    Args:
        spec: the array to fill.
        rng: source of the numbers.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> spec = InitializerSpec((64, 3, 3, 64), "conv_weight", "conv1")
        >>> round(float(lecun_normal(spec, np.random.default_rng(0)).var() * 576), 1)
        1.0

    References:
        LeCun, Bottou, Orr, Müller: Efficient backprop, 1998, equation 16. Klambauer, Unterthiner, Mayr,
        Hochreiter: Self-normalizing neural networks, 2017 (arXiv 1706.02515). Truncated as in
        Keras and JAX; neither paper truncates, nor does PyTorch (kaiming_normal with nonlinearity "linear"),
        which is `variance_scaling` with distribution "normal".
    """
    return variance_scaling(spec, rng, scale=1.0, mode="fan_in", distribution="truncated_normal")
