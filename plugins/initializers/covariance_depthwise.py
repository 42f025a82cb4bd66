"""Depthwise filters whose weights vary together, and more widely the deeper the layer."""

from math import inf

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.eigen import eigen
from convlab_plugins.initializers.neutral import neutral
from convlab_plugins.initializers.random_fill import random_fill

_PLUGIN = "initializer 'covariance_depthwise'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in, mean=lambda spec: 0.0)
def covariance_depthwise(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    first: float = 0.15,
    last: float = 0.5,
    correlation: float = 1.0,
) -> Array:
    """Draws the filters of depthwise convolutions as smooth spots, which are wider in deeper layers.

    w ~ N(0, V),  V[p, q] = z m(p) m(q) c(p - q),  m(p) = exp(-|p|^2/(2 s^2)),  c(d) = exp(-|d|^2/(2 l^2)),
    s = first + (last - first) layer_index/(depth - 1),  l = correlation s

    p and q are places from the kernel's center, in sides of the kernel; z makes the mean of V[p, p]
    gain^2/fan_in. All other layers get independent weights N(0, gain^2/fan_in).

    Args:
        spec: the array to fill. Scales are 1, biases and shifts 0.
        rng: source of the numbers.
        first: s of the network's first layer with weights, in sides of the kernel, > 0.
        last: s of the last, > 0.
        correlation: how far a weight knows of its neighbors, in s, > 0: near 0 they are independent.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((900, 7, 7, 1), "conv_weight", "conv1", groups=900)
        >>> drawn = covariance_depthwise(spec, np.random.default_rng(0))
        >>> drawn.std(axis=0)[3, :, 0].round(2).tolist()  # a spot, as the middle row of the filters tells
        [0.01, 0.09, 0.35, 0.53, 0.33, 0.08, 0.01]

    References:
        Trockman, Willmott, Kolter: Understanding the covariance structure of convolutional filters, 2022
        (arXiv 2210.03651), whose abstract describes a closed-form Gaussian for depthwise filters that needs
        no trained ones and varies with depth. The paper's own expression could not be checked; this is a
        covariance of the kind that it describes, and its defaults are ours. A product of positive
        semi-definite matrices, entry by entry, is positive semi-definite: Schur: Bemerkungen zur Theorie der
        beschränkten Bilinearformen mit unendlich vielen Veränderlichen, 1911.
    """
    for field, value in (("first", first), ("last", last), ("correlation", correlation)):
        require(0 < value < inf, _PLUGIN, field, value, "> 0 and finite")
    if len(spec.shape) == 1:
        return neutral(spec)
    if not (spec.role == "conv_weight" and spec.shape[-1] == 1 and spec.groups > 1):
        return random_fill(spec, rng)
    spread = first + (last - first) * spec.layer_index / max(1, spec.depth - 1)
    count, height, width, _ = spec.shape
    # Gaussians are products over rows and columns, and so is V: each side has a root of its own.
    coordinates = rng.standard_normal((count, height, width))
    rows, columns = (_root(side, spread, correlation * spread) for side in (height, width))
    drawn: Array = np.einsum("ri,kij->krj", rows, coordinates)
    drawn = np.einsum("sj,krj->krs", columns, drawn)
    drawn *= spec.gain / spec.fan_in**0.5
    return drawn.reshape(spec.shape)


def _root(side: int, spread: float, reach: float) -> Array:
    """A with A A^T the covariance along one side, of a mean variance of 1: float64 (side, side)."""
    places = (np.arange(side) - (side - 1) / 2) / side
    window = np.exp(-(places**2) / (2 * spread**2))
    window /= np.sqrt((window**2).mean())
    apart = places[:, np.newaxis] - places
    covariance = window[:, np.newaxis] * window * np.exp(-(apart**2) / (2 * reach**2))
    values, vectors = eigen(covariance)
    root: Array = vectors.T * np.sqrt(np.maximum(values, 0))
    return root
