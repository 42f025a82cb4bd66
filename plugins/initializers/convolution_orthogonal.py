"""Convolutions that keep the length of every image."""

from typing import Literal

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.orthogonal import scaled_orthogonal
from convlab_plugins.initializers.orthonormal import orthonormal_rows


def convolution_orthogonal(
    spec: InitializerSpec, rng: np.random.Generator, *, gain: float | Literal["auto"] = 1.0
) -> Array:
    """Draws kernels that act as an orthogonal map on whole images, with all their taps in use.

    W = gain A_n * ... * A_2 * A_1 * H, * the convolution of matrices, H orthogonal and of one tap;
    A_i has the two taps P_i and I - P_i, one beside or above the other, P_i a random projection of half rank

    R - 1 factors stand upright and S - 1 lie. At stride 1 and with circular edges such a layer with at least
    as many filters as channels changes the length of an image by `gain` and nothing else, at every frequency;
    with zeros at the edges it loses a little there.

    Args:
        spec: the array to fill; in each group by itself. Dense layers and vectors get `orthogonal` weights.
        rng: source of the numbers.
        gain: factor on the length of an image, >= 0, or "auto" for the gain of the activation that follows.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `gain` is out of range.

    Example:
        >>> spec = InitializerSpec((4, 3, 3, 4), "conv_weight", "conv1")
        >>> weights = convolution_orthogonal(spec, np.random.default_rng(0))
        >>> total = weights.sum(axis=(1, 2))  # what a flat image sees
        >>> bool(np.allclose(total.T @ total, np.eye(4)))
        True

    References:
        Xiao, Bahri, Sohl-Dickstein, Schoenholz, Pennington: Dynamical isometry and a mean field theory of
        CNNs, 2018 (arXiv 1806.05393), algorithm 1, after Kautsky, Turcajova: A matrix approach to discrete
        wavelets, 1994. There the kernel is square and its factors are 2 x 2, each the product of one that
        stands and one that lies; fewer filters than channels are refused, where here they give the transpose
        of such a layer.
    """
    if len(spec.shape) != 4:
        return scaled_orthogonal(spec, rng, gain, "convolution_orthogonal")
    filters, height, width, channels = spec.shape
    per_group = filters // spec.groups
    pixel = InitializerSpec(
        (filters, channels), "dense_weight", spec.layer, groups=spec.groups, gain=spec.gain
    )
    mixing = scaled_orthogonal(pixel, rng, gain, "convolution_orthogonal")
    weights = np.empty(spec.shape)
    for group in range(spec.groups):
        own = slice(group * per_group, (group + 1) * per_group)
        weights[own] = _kernel(rng, mixing[own], height, width).transpose(2, 0, 1, 3)
    return weights


def _kernel(rng: np.random.Generator, mixing: Array, height: int, width: int) -> Array:
    """The taps (R, S, K, C) of one group: its wider side is where the factors act."""
    upright = mixing.shape[0] >= mixing.shape[1]
    kernel = (mixing if upright else mixing.T)[np.newaxis, np.newaxis]
    for axis, size in ((0, height), (1, width)):
        for _ in range(size - 1):
            kernel = _with_factor(rng, kernel, axis)
    return kernel if upright else kernel.swapaxes(2, 3)


def _with_factor(rng: np.random.Generator, kernel: Array, axis: int) -> Array:
    """The convolution of P, I - P with a kernel, which gets one tap longer along the axis."""
    size = kernel.shape[2]
    basis = orthonormal_rows(rng, size // 2, size)
    projected = np.einsum("ji,rsjc->rsic", basis, np.einsum("ji,rsic->rsjc", basis, kernel))
    before, after = [(0, 0)] * 4, [(0, 0)] * 4
    before[axis], after[axis] = (1, 0), (0, 1)
    longer: Array = np.pad(projected, after) + np.pad(kernel - projected, before)
    return longer
