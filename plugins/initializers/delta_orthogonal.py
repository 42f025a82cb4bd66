"""Orthogonal weights at the center of the kernel."""

from dataclasses import replace
from typing import Literal

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.initializers.center import at_center
from convlab_plugins.initializers.orthogonal import scaled_orthogonal


@claims(mean=lambda spec: 0.0, largest=lambda spec: 1.0)
def delta_orthogonal(
    spec: InitializerSpec, rng: np.random.Generator, *, gain: float | Literal["auto"] = 1.0
) -> Array:
    """Sets the center tap to a random orthogonal matrix and the other taps to 0.

    W[:, r, s, :] = gain Q at the center, 0 elsewhere; Q^T Q = I if there are at least as many filters as
    channels, Q Q^T = I otherwise

    With gain 1 and enough filters the layer changes the length of no signal, and neither does a stack of any
    depth: plain networks of 10,000 layers could be trained so, with tanh.

    Args:
        spec: the array to fill; in each group by itself. Dense layers and vectors get `orthogonal` weights.
        rng: source of the numbers.
        gain: factor on the length of a signal, >= 0, or "auto" for the gain of the activation that follows.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `gain` is out of range.

    Example:
        >>> spec = InitializerSpec((4, 3, 3, 2), "conv_weight", "conv1")
        >>> weights = delta_orthogonal(spec, np.random.default_rng(0))
        >>> q = weights[:, 1, 1]
        >>> bool(np.allclose(q.T @ q, np.eye(2))), float((weights**2).sum().round(6))
        (True, 2.0)

    References:
        Xiao, Bahri, Sohl-Dickstein, Schoenholz, Pennington: Dynamical isometry and a mean field theory of
        CNNs, 2018 (arXiv 1806.05393), algorithm 2, which wants at least as many filters as channels; here
        fewer filters give the transpose of such a layer. Keras and TensorFlow refuse them.
    """
    pixel = replace(spec, shape=(spec.shape[0], *spec.shape[1:][-1:]))
    matrix = scaled_orthogonal(pixel, rng, gain, "delta_orthogonal")
    return at_center(spec, matrix) if len(spec.shape) == 4 else matrix
