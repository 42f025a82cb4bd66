"""Random weights whose variance follows from the size of the layer."""

from math import inf, sqrt
from typing import Literal

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.truncation import TRUNCATED_STD, truncated_standard_normal

Mode = Literal["fan_in", "fan_out", "fan_avg", "fan_geo_avg"]
Distribution = Literal["uniform", "normal", "truncated_normal"]

_PLUGIN = "initializer 'variance_scaling'"
_MODES = ("fan_in", "fan_out", "fan_avg", "fan_geo_avg")
_DISTRIBUTIONS = ("uniform", "normal", "truncated_normal")


@claims(variance=lambda spec: 1 / spec.fan_in, mean=lambda spec: 0.0)
def variance_scaling(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    scale: float | Literal["auto"] = 1.0,
    mode: Mode = "fan_in",
    distribution: Distribution = "truncated_normal",
) -> Array:
    """Draws weights whose variance is a scale divided by a fan: the family of Glorot, He and LeCun.

    Var(w) = scale/n, n = fan_in, fan_out, (fan_in + fan_out)/2 or sqrt(fan_in fan_out)

    uniform: U(-l, l), l = sqrt(3 scale/n); normal: N(0, scale/n); truncated_normal: a normal of standard
    deviation sqrt(scale/n)/0.87962566 cut at two of these, which leaves the variance scale/n.
    fan_in = R S C_in/groups and fan_out = R S C_out/groups; vectors such as biases have fan_in 1.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        scale: >= 0, or "auto" for the squared gain of the activation that follows, 1/E[f(z)^2]: 2 for relu,
            and right for any other activation, third-party ones included.
        mode: which fan n is: "fan_in" keeps the signal, "fan_out" the gradient, "fan_avg" is Glorot's
            arithmetic mean and "fan_geo_avg" the geometric one.
        distribution: "uniform", "normal" or "truncated_normal".

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((64, 3, 3, 50), "conv_weight", "conv1", gain=2.0)
        >>> weights = variance_scaling(spec, np.random.default_rng(0), scale="auto", distribution="normal")
        >>> round(float(weights.var() * spec.fan_in), 1)
        4.0

    References:
        He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015, equations 10 and 14. Glorot, Bengio:
        Understanding the difficulty of training deep feedforward neural networks, 2010, equation 12. Defaults
        are those of Keras and JAX. Before 2018 Keras' truncated normal lacked the factor 0.8796.
    """
    if scale == "auto":
        scale = spec.gain**2
    require(not isinstance(scale, str) and 0 <= scale < inf, _PLUGIN, "scale", scale, '>= 0 or "auto"')
    require(mode in _MODES, _PLUGIN, "mode", mode, f"one of {', '.join(_MODES)}")
    require(
        distribution in _DISTRIBUTIONS,
        _PLUGIN,
        "distribution",
        distribution,
        f"one of {', '.join(_DISTRIBUTIONS)}",
    )
    std = sqrt(float(scale) / _fan(spec, mode))
    if distribution == "uniform":
        limit = sqrt(3) * std
        return rng.uniform(-limit, limit, spec.shape)
    if distribution == "normal":
        return std * rng.standard_normal(spec.shape)
    return std / TRUNCATED_STD * truncated_standard_normal(rng, spec.shape)


def _fan(spec: InitializerSpec, mode: Mode) -> float:
    if mode == "fan_in":
        return spec.fan_in
    if mode == "fan_out":
        return spec.fan_out
    if mode == "fan_avg":
        return (spec.fan_in + spec.fan_out) / 2
    return sqrt(spec.fan_in * spec.fan_out)
