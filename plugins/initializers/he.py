"""He's (Kaiming's) initializers for rectifiers."""

from math import inf, sqrt

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.variance_scaling import variance_scaling


@claims(
    variance=lambda spec: 2 / spec.fan_in, mean=lambda spec: 0.0, largest=lambda spec: sqrt(6 / spec.fan_in)
)
def he_uniform(spec: InitializerSpec, rng: np.random.Generator, *, negative_slope: float = 0.0) -> Array:
    """Draws uniformly with the variance that keeps the signal's mean square through relu layers.

    w ~ U(-l, l), l = sqrt(6/((1 + a^2) fan_in)), a = negative_slope, so Var(w) = 2/((1 + a^2) fan_in)

    The gain is relu's as published whatever activation follows; `variance_scaling` with scale "auto" takes
    the gain of the activation.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        negative_slope: a, slope of a leaky rectifier for negative inputs, finite; 0 for relu.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `negative_slope` is not finite.

    Example:
        >>> spec = InitializerSpec((4, 6), "dense_weight", "dense1")
        >>> bool(abs(he_uniform(spec, np.random.default_rng(0))).max() <= 1.0)
        True

    References:
        He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015, equations 10 and 15, which are for normal
        weights; the uniform form is Keras' and PyTorch's (kaiming_uniform).
    """
    return variance_scaling(
        spec, rng, scale=_scale("he_uniform", negative_slope), mode="fan_in", distribution="uniform"
    )


@claims(variance=lambda spec: 2 / spec.fan_in, mean=lambda spec: 0.0)
def he_normal(spec: InitializerSpec, rng: np.random.Generator, *, negative_slope: float = 0.0) -> Array:
    """Draws from a truncated normal with the variance that keeps the mean square through relu layers.

    w ~ N(0, s^2) given |w| <= 2 s, s = sqrt(2/((1 + a^2) fan_in))/0.87962566, a = negative_slope,
    so Var(w) = 2/((1 + a^2) fan_in)

    The gain is relu's as published whatever activation follows; `variance_scaling` with scale "auto" takes
    the gain of the activation.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        negative_slope: a, slope of a leaky rectifier for negative inputs, finite; 0 for relu.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `negative_slope` is not finite.

    Example:
        >>> spec = InitializerSpec((64, 3, 3, 64), "conv_weight", "conv1")
        >>> round(float(he_normal(spec, np.random.default_rng(0)).var() * 576), 1)
        2.0

    References:
        He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015, equations 10 and 15. Truncated as in Keras
        and JAX; the paper and PyTorch's kaiming_normal do not truncate, which is `variance_scaling` with
        scale 2 and distribution "normal".
    """
    return variance_scaling(
        spec, rng, scale=_scale("he_normal", negative_slope), mode="fan_in", distribution="truncated_normal"
    )


def _scale(name: str, negative_slope: float) -> float:
    require(-inf < negative_slope < inf, f"initializer '{name}'", "negative_slope", negative_slope, "finite")
    return 2.0 / (1.0 + negative_slope**2)
