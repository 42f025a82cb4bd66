"""Layers that begin as the identity."""

from math import isfinite

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.center import at_center, in_each_group
from convlab_plugins.initializers.random_fill import random_fill


@claims(largest=lambda spec: 1.0)
def identity(spec: InitializerSpec, rng: np.random.Generator, *, gain: float = 1.0) -> Array:
    """Sets output i to input i times a number, in dense layers and at the center tap of convolutions.

    W = gain I, I_kc = 1 if k = c and 0 otherwise, K/groups x C/groups in each group

    Outputs beyond the inputs are 0, and inputs beyond the outputs go nowhere. Convolutions of gain 1 are
    those of `dirac`, which leaves dense layers random.

    Args:
        spec: the array to fill. Vectors get random weights, N(0, gain^2/fan_in) with the gain of the
            activation.
        rng: source of those.
        gain: on the diagonal, finite.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `gain` is not finite.

    Example:
        >>> spec = InitializerSpec((2, 3), "dense_weight", "dense1")
        >>> identity(spec, np.random.default_rng(0), gain=0.5).tolist()
        [[0.5, 0.0, 0.0], [0.0, 0.5, 0.0]]

    References:
        Le, Jaitly, Hinton: A simple way to initialize recurrent networks of rectified linear units, 2015,
        section 3, for square matrices. PyTorch's eye_ and Keras' Identity are the same for dense layers.
    """
    require(isfinite(gain), "initializer 'identity'", "gain", gain, "finite")
    if len(spec.shape) == 1:
        return random_fill(spec, rng)
    return at_center(spec, in_each_group(spec, gain * np.eye(spec.shape[0] // spec.groups, spec.shape[-1])))
