"""Residual branches that are skipped at first."""

import numpy as np

from convlab.plugin import Array, InitializerSpec, also_for_norms
from convlab_plugins.initializers.inner import Inner
from convlab_plugins.initializers.silent_branches import silent_branches


@also_for_norms
def skip_init(spec: InitializerSpec, rng: np.random.Generator, *, inner: Inner = "he_normal") -> Array:
    """Sets the multiplier at the end of each residual branch to 0, with He's weights elsewhere.

    y = x + alpha f(x), alpha = 0

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
        >>> skip_init(alpha, np.random.default_rng(0)).tolist()
        [0.0]

    References:
        De, Smith: Batch normalization biases residual blocks towards the identity function in deep networks,
        2020 (arXiv 2002.10444), section 4. Departure: where the last scale is that of a normalization, there
        is one for each channel, and it is `zero_gamma`.
    """
    return silent_branches(spec, rng, inner, "initializer 'skip_init'")
