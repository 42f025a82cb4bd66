"""Weights without randomness: identities and Hadamard matrices."""

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.center import at_center, in_each_group
from convlab_plugins.initializers.neutral import neutral


def zero(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Sets every layer to a fixed matrix that passes its inputs on, known as ZerO.

    W = I if K <= C, the first K inputs; W = 2^(-m/2) H_m otherwise, m = ceil(log2 K), the first K rows and C
    columns of H_m = [[H_(m-1), H_(m-1)], [H_(m-1), -H_(m-1)]], H_0 = 1; at the center tap of a convolution

    Where a layer has more outputs than inputs, a mere identity would leave some outputs at 0 and the rank of
    all later layers low; Hadamard's matrix spreads the inputs over all outputs.

    Args:
        spec: the array to fill; in each group by itself. Scales are 1, biases and shifts 0.
        rng: not used.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> zero(InitializerSpec((2, 3), "dense_weight", "dense1"), np.random.default_rng(0)).tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
        >>> spec = InitializerSpec((4, 2), "dense_weight", "dense1")
        >>> zero(spec, np.random.default_rng(0)).tolist()
        [[0.5, 0.5], [0.5, -0.5], [0.5, 0.5], [0.5, -0.5]]

    References:
        Zhao, Schaefer, Anandkumar: ZerO initialization: initializing neural networks with only zeros and
        ones, 2022 (arXiv 2110.12661), algorithm 1. The factor is that of the authors' code; the paper prints
        2^(-(m-1)/2).
    """
    if len(spec.shape) == 1:
        return neutral(spec)
    filters, channels = spec.shape[0] // spec.groups, spec.shape[-1]
    matrix = np.eye(filters, channels) if filters <= channels else _hadamard(filters)[:filters, :channels]
    return at_center(spec, in_each_group(spec, matrix))


def _hadamard(least: int) -> Array:
    """The smallest of Sylvester's matrices with at least so many rows, as an orthogonal matrix."""
    matrix = np.ones((1, 1))
    while len(matrix) < least:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    orthogonal: Array = matrix / np.sqrt(len(matrix))
    return orthogonal
