"""Glorot's (Xavier's) initializers."""

from math import sqrt

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.initializers.variance_scaling import variance_scaling


@claims(
    variance=lambda spec: 2 / (spec.fan_in + spec.fan_out),
    mean=lambda spec: 0.0,
    largest=lambda spec: sqrt(6 / (spec.fan_in + spec.fan_out)),
)
def glorot_uniform(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Draws uniformly with the variance that serves both the signal and the gradient of a linear layer.

    w ~ U(-l, l), l = sqrt(6/(fan_in + fan_out)), so Var(w) = 2/(fan_in + fan_out)

    Args:
        spec: the array to fill.
        rng: source of the numbers.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> spec = InitializerSpec((4, 2), "dense_weight", "dense1")
        >>> bool(abs(glorot_uniform(spec, np.random.default_rng(0))).max() <= 1.0)
        True

    References:
        Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010,
        equation 16. Keras' default for convolution and dense layers; PyTorch calls it xavier_uniform.
    """
    return variance_scaling(spec, rng, scale=1.0, mode="fan_avg", distribution="uniform")


@claims(variance=lambda spec: 2 / (spec.fan_in + spec.fan_out), mean=lambda spec: 0.0)
def glorot_normal(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Draws from a truncated normal with Glorot's variance, as Keras and JAX do.

    w ~ N(0, s^2) given |w| <= 2 s, s = sqrt(2/(fan_in + fan_out))/0.87962566,
    so Var(w) = 2/(fan_in + fan_out)

    Args:
        spec: the array to fill.
        rng: source of the numbers.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> spec = InitializerSpec((64, 3, 3, 64), "conv_weight", "conv1")
        >>> round(float(glorot_normal(spec, np.random.default_rng(0)).var() * 576), 1)
        1.0

    References:
        Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010,
        equation 12. Keras and JAX cut the normal at two standard deviations, as here; PyTorch's xavier_normal
        does not and is `glorot_normal_untruncated`.
    """
    return variance_scaling(spec, rng, scale=1.0, mode="fan_avg", distribution="truncated_normal")


@claims(variance=lambda spec: 2 / (spec.fan_in + spec.fan_out), mean=lambda spec: 0.0)
def glorot_normal_untruncated(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Draws from a whole normal with Glorot's variance, as PyTorch does.

    w ~ N(0, 2/(fan_in + fan_out))

    Args:
        spec: the array to fill.
        rng: source of the numbers.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> spec = InitializerSpec((64, 3, 3, 64), "conv_weight", "conv1")
        >>> round(float(glorot_normal_untruncated(spec, np.random.default_rng(0)).var() * 576), 1)
        1.0

    References:
        Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010,
        equation 12. PyTorch calls it xavier_normal; Keras and JAX truncate, which is `glorot_normal` here.
    """
    return variance_scaling(spec, rng, scale=1.0, mode="fan_avg", distribution="normal")
