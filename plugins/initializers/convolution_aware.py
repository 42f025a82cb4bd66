"""Kernels that are orthogonal in the Fourier domain."""

from math import inf

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.random_fill import random_fill

_PLUGIN = "initializer 'convolution_aware'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def convolution_aware(spec: InitializerSpec, rng: np.random.Generator, *, noise: float = 0.05) -> Array:
    """Makes the kernels of a filter, one for each channel, orthogonal to each other as spectra.

    w[k, :, :, c] = F^-1(q_c) + N(0, noise^2), the rows q_c of an orthogonal matrix as the real coefficients
    of a spectrum; then all scaled to the variance gain^2/fan_in

    A convolution multiplies spectra, so kernels with orthogonal spectra look at different frequencies. A
    spectrum of F = R (floor(S/2) + 1) coefficients has F such rows; further channels get further matrices.

    Args:
        spec: the array to fill. Where there are no frequencies (dense layers, vectors, kernels of one pixel)
            all weights are random, N(0, gain^2/fan_in).
        rng: source of the numbers.
        noise: standard deviation, before the scaling, of what is added to break the symmetry that real
            coefficients give, >= 0.

    Returns:
        float64 array of `spec.shape`; its variance is exactly gain^2/fan_in.

    Raises:
        ConfigError: if `noise` is out of range.

    Example:
        >>> spec = InitializerSpec((4, 3, 3, 2), "conv_weight", "conv1")
        >>> weights = convolution_aware(spec, np.random.default_rng(0))
        >>> round(float((weights**2).mean() * spec.fan_in), 6)
        1.0

    References:
        Aghajanyan: Convolution aware initialization, 2017 (arXiv 1702.06295), section 3. There the
        matrices hold the eigenvectors of random symmetric ones and the variance is He's; here they are
        uniform over all orthogonal matrices. The noise and its default are those of keras-contrib.
    """
    require(0 <= noise < inf, _PLUGIN, "noise", noise, ">= 0 and finite")
    if len(spec.shape) != 4 or spec.shape[1] * spec.shape[2] == 1:
        return random_fill(spec, rng)
    filters, height, width, channels = spec.shape
    frequencies = height * (width // 2 + 1)
    matrices = -(-channels // frequencies)
    rows = _orthogonal_matrices(rng, filters * matrices, frequencies)
    spectra = rows.reshape(filters, matrices * frequencies, height, -1)[:, :channels]
    kernels = np.fft.irfft2(spectra, (height, width)) + noise * rng.standard_normal(
        (filters, channels, height, width)
    )
    weights = kernels.transpose(0, 2, 3, 1)
    size = np.sqrt((weights * weights).mean() * spec.fan_in)
    scaled: Array = weights * (spec.gain / size)
    return scaled


def _orthogonal_matrices(rng: np.random.Generator, count: int, size: int) -> Array:
    """Many small orthogonal matrices at once, (count, size, size), by Gram and Schmidt's method."""
    rows: Array = rng.standard_normal((count, size, size))
    for row in range(size):
        own = rows[:, row]
        for _ in range(2):  # the second time takes off what rounding left
            along = (rows[:, :row] * own[:, np.newaxis]).sum(axis=2)
            own -= (along[:, :, np.newaxis] * rows[:, :row]).sum(axis=1)
        own /= np.sqrt((own * own).sum(axis=1, keepdims=True))
    return rows
