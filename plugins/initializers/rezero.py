"""Residual branches that start with zero."""

import numpy as np

from convlab.plugin import Array, InitializerSpec, also_for_norms
from convlab_plugins.initializers.inner import Inner
from convlab_plugins.initializers.silent_branches import silent_branches


@also_for_norms
def rezero(spec: InitializerSpec, rng: np.random.Generator, *, inner: Inner = "glorot_uniform") -> Array:
    """Sets the multiplier at the end of each residual branch to 0, with Glorot's weights elsewhere.

    x_(i+1) = x_i + alpha_i F(x_i), alpha_i = 0

    alpha is the last learned scale of the branch, such as a `LearnedScale` layer. A branch without any gets
    last weights of 0 instead, which is the same network at the start.

    Args:
        spec: the array to fill. Other scales are 1, biases and shifts 0.
        rng: source of the numbers.
        inner: initializer of all other weights.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `inner` is unknown.

    Example:
        >>> alpha = InitializerSpec((1,), "scale", "scale1", branch_scales=1, closes_branch=True)
        >>> rezero(alpha, np.random.default_rng(0)).tolist()
        [0.0]

    References:
        Bachlechner, Majumder, Mao, Cottrell, McAuley: ReZero is all you need: fast convergence at large
        depth, 2021 (arXiv 2003.04887), equation 1. Departure: where the last scale is that of a
        normalization, there is one for each channel, and it is `zero_gamma`.
    """
    return silent_branches(spec, rng, inner, "initializer 'rezero'")
