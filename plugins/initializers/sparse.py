"""Few connections."""

from math import ceil, inf, sqrt
from typing import Literal

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require

_PLUGIN = "initializer 'sparse'"


@claims(mean=lambda spec: 0.0)
def sparse(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    sparsity: float = 0.9,
    std: float | Literal["auto"] = "auto",
) -> Array:
    """Gives each output a few normal weights, at random places, and zeros for the rest.

    w ~ N(0, std^2) at m = n - ceil(sparsity n) of the n = fan_in inputs, at least one; 0 at the others

    Units that look at different inputs differ more from each other than dense random ones, and large weights
    do not saturate them.

    Args:
        spec: the array to fill; a vector has one input, which is kept.
        rng: source of the numbers.
        sparsity: part of the weights that is 0, in [0, 1].
        std: of the others, >= 0, or "auto" for gain/sqrt(m), which gives the output the variance that the
            activation asks for.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((3, 20), "dense_weight", "dense1")
        >>> (sparse(spec, np.random.default_rng(0)) != 0).sum(axis=1).tolist()
        [2, 2, 2]

    References:
        Martens: Deep learning via Hessian-free optimization, 2010, section 5, with 15 connections to each
        unit. PyTorch's sparse_ with std 0.01 counts zeros by input instead, so that some unit may be left
        without any connection; the rounding is the same.
    """
    require(0 <= sparsity <= 1, _PLUGIN, "sparsity", sparsity, "in [0, 1]")
    inputs = spec.fan_in
    kept = max(1, inputs - ceil(sparsity * inputs))
    if std == "auto":
        std = spec.gain / sqrt(kept)
    require(not isinstance(std, str) and 0 <= std < inf, _PLUGIN, "std", std, '>= 0 or "auto"')
    weights = float(std) * rng.standard_normal((spec.shape[0], inputs))
    weights[:, kept:] = 0.0
    return rng.permuted(weights, axis=1).reshape(spec.shape)
