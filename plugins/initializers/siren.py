"""Weights for networks of sines."""

from math import inf, sqrt

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.torch_default import torch_default

_PLUGIN = "initializer 'siren'"


@claims(
    variance=lambda spec: 300 / spec.fan_in**2 if spec.layer_index == 0 else 2 / spec.fan_in,
    mean=lambda spec: 0.0,
)
def siren(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    omega: float = 30.0,
    activation_factor: float = 1.0,
) -> Array:
    """Draws weights that keep the distribution of activations through any number of sines.

    first layer w ~ U(-omega/n, omega/n)/a, others w ~ U(-sqrt(6/n), sqrt(6/n))/a, n = fan_in

    The input of every sine but the first is then normal with variance 1, so its output spreads like an
    arcsine.

    Args:
        spec: the array to fill; biases are drawn as PyTorch does.
        rng: source of the numbers.
        omega: how many radians the first layer's sines span, > 0.
        activation_factor: a, what the activation multiplies its input by, > 0: 1 for sin(x).

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((4, 6), "dense_weight", "dense1", layer_index=1, depth=2)
        >>> bool(abs(siren(spec, np.random.default_rng(0))).max() <= 1.0)
        True

    References:
        Sitzmann, Martel, Bergman, Lindell, Wetzstein: Implicit neural representations with periodic
        activation functions, 2020 (arXiv 2006.09661), section 3.2 and theorem 1.8. The paper writes the
        activation as sin(30 x), which is `activation_factor` 30.
    """
    require(0 < omega < inf, _PLUGIN, "omega", omega, "> 0 and finite")
    require(0 < activation_factor < inf, _PLUGIN, "activation_factor", activation_factor, "> 0 and finite")
    if len(spec.shape) == 1:
        return torch_default(spec, rng)
    limit = omega / spec.fan_in if spec.layer_index == 0 else sqrt(6 / spec.fan_in)
    return rng.uniform(-limit, limit, spec.shape) / activation_factor
