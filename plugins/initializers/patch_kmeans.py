"""Typical patches as filters."""

from math import inf

import numpy as np

from convlab import kernels
from convlab.plugin import Array, InitializerSpec
from convlab_plugins.checks import require
from convlab_plugins.initializers.eigen import eigen
from convlab_plugins.initializers.patch_filters import second_moments, weights_from_patches

_PLUGIN = "initializer 'patch_kmeans'"
_FLAT = 1e-6


def patch_kmeans(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    iterations: int = 10,
    contrast: float = 0.01,
    epsilon: float = 0.1,
) -> Array:
    """Sets the filters to the centers of clusters of whitened patches: edges, mostly.

    w[k] = gain u/||u||, u = Z d_k less its mean; patches p = (x - mean x)/sqrt(var x + contrast), whitened by
    Z = V diag(1/sqrt(lambda + epsilon)) V^T; d_k <- unit(d_k + sum of (d_k q) q over those patches q = Z p
    whose |d q| is largest for d_k)

    Args:
        spec: the array to fill, with data at hand for weights. Scales are 1, biases and shifts 0; layers
            whose kernel covers more than 256 numbers, or only one, get random weights, N(0, gain^2/fan_in).
        rng: chooses up to 20,000 patches, and draws the first centers and what is random.
        iterations: >= 1.
        contrast: added to the variance of a patch, so that flat ones are not blown up, > 0.
        epsilon: added to the eigenvalues, so that noise is not, > 0.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if a setting is out of range, or there is no data at hand.

    Example:
        >>> x = np.random.default_rng(1).standard_normal((500, 9))
        >>> spec = InitializerSpec((4, 9), "dense_weight", "dense1", sample_input=lambda: x)
        >>> weights = patch_kmeans(spec, np.random.default_rng(0))
        >>> (weights**2).sum(axis=1).round(6).tolist(), bool(abs(weights.sum(axis=1)).max() < 1e-9)
        ([1.0, 1.0, 1.0, 1.0], True)

    References:
        Coates, Ng: Learning feature representations with k-means, 2012, sections 2 and 3. The paper's
        contrast 10 is for pixels of 0 to 255. Departure: the filters act on plain patches, so the division by
        each patch's contrast is left out.
    """
    require(iterations >= 1, _PLUGIN, "iterations", iterations, ">= 1")
    require(0 < contrast < inf, _PLUGIN, "contrast", contrast, "> 0 and finite")
    require(0 < epsilon < inf, _PLUGIN, "epsilon", epsilon, "> 0 and finite")

    def find(patches: Array, count: int) -> Array:
        patches = patches - patches.mean(axis=1, keepdims=True)
        patches /= np.sqrt((patches * patches).mean(axis=1, keepdims=True) + contrast)
        values, vectors = eigen(second_moments(patches))
        scaled = vectors / np.sqrt(np.maximum(values, 0) + epsilon)[:, np.newaxis]
        whitening = kernels.dense(np.ascontiguousarray(vectors.T), np.ascontiguousarray(scaled.T))
        centers = _centers(kernels.dense(patches, whitening), rng, count, iterations)
        filters = kernels.dense(centers, whitening)
        filters -= filters.mean(axis=1, keepdims=True)
        return spec.gain * _unit(filters)

    return weights_from_patches(spec, rng, find, _PLUGIN)


def _centers(patches: Array, rng: np.random.Generator, count: int, iterations: int) -> Array:
    """Spherical k-means: directions, each with the patches along it, to either side."""
    centers = _unit(rng.standard_normal((count, patches.shape[1])))
    for _ in range(iterations):
        along = kernels.dense(patches, centers)
        nearest = np.abs(along).argmax(axis=1)
        mine = np.where(nearest[:, np.newaxis] == np.arange(count), along, 0.0)
        gathered, _ = kernels.dense_backward_weight(patches, mine)
        centers = _unit(centers + gathered)
    return centers


def _unit(rows: Array) -> Array:
    """Rows of length 1; those of hardly any length become zeros."""
    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    unit: Array = np.where(lengths > _FLAT, rows / np.maximum(lengths, _FLAT), 0.0)
    return unit
