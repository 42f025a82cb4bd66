"""Kernels that look at one pixel."""

import numpy as np

from convlab.plugin import Array, InitializerSpec


def at_center(spec: InitializerSpec, matrix: Array) -> Array:
    """Makes weights of a matrix from channels to filters: all of a dense layer, the center tap of a kernel.

    The center tap is ((R-1)//2, (S-1)//2): with stride 1 and padding "same" no pixel moves, for even kernels
    too.

    Args:
        spec: the array to fill, of a convolution or a dense layer.
        matrix: (K, C/groups).

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> spec = InitializerSpec((1, 3, 3, 1), "conv_weight", "conv1")
        >>> at_center(spec, np.full((1, 1), 5.0))[0, :, :, 0].tolist()
        [[0.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]
    """
    weights = np.zeros(spec.shape)
    if len(spec.shape) == 2:
        weights[...] = matrix
    else:
        weights[:, (spec.shape[1] - 1) // 2, (spec.shape[2] - 1) // 2] = matrix
    return weights


def in_each_group(spec: InitializerSpec, matrix: Array) -> Array:
    """Repeats the matrix of one group for all groups.

    Args:
        spec: gives the number of groups.
        matrix: (K/groups, C/groups).

    Returns:
        (K, C/groups).

    Example:
        >>> spec = InitializerSpec((4, 3, 3, 2), "conv_weight", "conv1", groups=2)
        >>> in_each_group(spec, np.eye(2)).shape
        (4, 2)
    """
    return np.tile(matrix, (spec.groups, 1))
