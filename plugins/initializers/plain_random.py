"""Random numbers of a fixed spread, whatever the layer's size."""

from math import inf

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.truncation import truncated_standard_normal


@claims(variance=lambda spec: 0.05**2, mean=lambda spec: 0.0)
def normal(spec: InitializerSpec, rng: np.random.Generator, *, std: float = 0.05) -> Array:
    """Draws from a normal distribution of mean 0.

    w ~ N(0, std^2)

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        std: standard deviation, >= 0.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `std` is negative or not finite.

    Example:
        >>> spec = InitializerSpec((8, 3, 3, 16), "conv_weight", "conv1")
        >>> round(float(normal(spec, np.random.default_rng(0)).std()), 2)
        0.05

    References:
        Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks, 2012,
        section 5, with std 0.01. The default is Keras'; PyTorch's is 1 and JAX's 0.01.
    """
    require(0 <= std < inf, "initializer 'normal'", "std", std, ">= 0 and finite")
    return std * rng.standard_normal(spec.shape)


@claims(variance=lambda spec: 0.05**2 / 3, mean=lambda spec: 0.0, largest=lambda spec: 0.05)
def uniform(spec: InitializerSpec, rng: np.random.Generator, *, limit: float = 0.05) -> Array:
    """Draws from a uniform distribution around 0.

    w ~ U(-limit, limit), of standard deviation limit/sqrt(3)

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        limit: bound on both sides, >= 0.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `limit` is negative or not finite.

    Example:
        >>> spec = InitializerSpec((8, 3, 3, 16), "conv_weight", "conv1")
        >>> bool(abs(uniform(spec, np.random.default_rng(0), limit=0.1)).max() <= 0.1)
        True

    References:
        Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010,
        equation 1, for a fixed limit. The default is Keras'; PyTorch draws from U(0, 1) and JAX from
        U(0, 0.01).
    """
    require(0 <= limit < inf, "initializer 'uniform'", "limit", limit, ">= 0 and finite")
    return rng.uniform(-limit, limit, spec.shape)


@claims(variance=lambda spec: (0.05 * 0.87962566) ** 2, mean=lambda spec: 0.0, largest=lambda spec: 0.1)
def truncated_normal(spec: InitializerSpec, rng: np.random.Generator, *, std: float = 0.05) -> Array:
    """Draws from a normal distribution and draws again what lies beyond two standard deviations.

    w ~ N(0, std^2) given |w| <= 2 std

    `std` is that of the normal before the cut; the numbers drawn have standard deviation 0.8796 std.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        std: standard deviation before the cut, >= 0.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `std` is negative or not finite.

    Example:
        >>> spec = InitializerSpec((8, 3, 3, 16), "conv_weight", "conv1")
        >>> bool(abs(truncated_normal(spec, np.random.default_rng(0))).max() <= 0.1)
        True

    References:
        Schneider, Balles, Hennig: DeepOBS: a deep learning optimizer benchmark suite, 2019, whose 2c2d
        networks start so. Keras and TensorFlow take std before the cut, as here; PyTorch too, but its default
        bounds are the absolute values -2 and 2, which cut nothing at a small std.
    """
    require(0 <= std < inf, "initializer 'truncated_normal'", "std", std, ">= 0 and finite")
    return std * truncated_standard_normal(rng, spec.shape)
