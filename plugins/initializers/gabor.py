"""Gabor filters."""

from itertools import product
from math import inf, pi

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.checks import require
from convlab_plugins.initializers.filter_bank import Channels, weights_from_bank
from convlab_plugins.initializers.gaussian import grid

_PLUGIN = "initializer 'gabor'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def gabor(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    wavelengths: tuple[float, ...] = (3.0, 6.0),
    orientations: int = 8,
    phases: tuple[float, ...] = (0.0, pi / 2),
    gamma: float = 0.5,
    bandwidth: float = 0.56,
    channels: Channels = "same",
) -> Array:
    """Sets the first filters to Gabor functions: waves under a bell, the first stage of vision.

    b(x, y) = exp(-(x'^2 + gamma^2 y'^2)/(2 s^2)) cos(2 pi x'/l + phase), s = bandwidth l,
    x' = x cos t + y sin t, y' = -x sin t + y cos t, t = pi i/orientations, x and y from the kernel's center

    The bank has a filter for each wavelength l, phase and orientation. Phase 0 detects lines and pi/2 edges.

    Filters are scaled to a sum of squares of gain^2, gain being that of the activation that follows, which is
    the mean for random weights N(0, gain^2/fan_in); the filters beyond the bank are such random weights. So
    are all weights where the bank has no meaning: dense layers, vectors and kernels with a side of one pixel.

    Args:
        spec: the array to fill.
        rng: source of the numbers.
        wavelengths: l in pixels, each >= 2, below which pixels cannot follow a wave. Small kernels hardly
            tell long waves from each other.
        orientations: number of directions in half a circle, >= 1.
        phases: in radians; any finite numbers.
        gamma: width of the bell across the wave over its length along the crests, > 0.
        bandwidth: s/l, width of the bell in wavelengths, > 0; 0.56 is a bandwidth of one octave.
        channels: "same" looks at the sum of the input channels, "random" gives each channel a normal weight.

    Returns:
        float64 array of `spec.shape`. A layer with fewer filters than the bank takes evenly spread ones.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((32, 5, 5, 1), "conv_weight", "conv1")
        >>> weights = gabor(spec, np.random.default_rng(0))
        >>> (weights**2).sum(axis=(1, 2, 3)).round(6).tolist() == [1.0] * 32
        True

    References:
        Daugman: Uncertainty relation for resolution in space, spatial frequency, and orientation optimized by
        two-dimensional visual cortical filters, 1985. Petkov: Biologically motivated computationally
        intensive approaches to image pattern recognition, 1995, for this parametrization. Departures: the
        mean over the kernel is taken off, so that a flat image gives 0, and the filters are rescaled.
    """
    require(
        len(wavelengths) > 0 and all(2 <= wavelength < inf for wavelength in wavelengths),
        _PLUGIN,
        "wavelengths",
        wavelengths,
        "one or more numbers of pixels >= 2",
    )
    require(orientations >= 1, _PLUGIN, "orientations", orientations, ">= 1")
    finite = len(phases) > 0 and all(-inf < phase < inf for phase in phases)
    require(finite, _PLUGIN, "phases", phases, "one or more finite angles")
    require(0 < gamma < inf, _PLUGIN, "gamma", gamma, "> 0 and finite")
    require(0 < bandwidth < inf, _PLUGIN, "bandwidth", bandwidth, "> 0 and finite")

    def bank(height: int, width: int) -> Array:
        x, y = grid(height, width)
        angles = [pi * index / orientations for index in range(orientations)]
        return np.stack(
            [
                _gabor(x, y, wavelength, phase, angle, gamma, bandwidth)
                for wavelength, phase, angle in product(wavelengths, phases, angles)
            ]
        )

    return weights_from_bank(spec, rng, bank, channels=channels, plugin=_PLUGIN)


def _gabor(
    x: Array, y: Array, wavelength: float, phase: float, angle: float, gamma: float, bandwidth: float
) -> Array:
    """One Gabor function on the given coordinates."""
    across = x * np.cos(angle) + y * np.sin(angle)
    along = -x * np.sin(angle) + y * np.cos(angle)
    bell = np.exp(-(across**2 + (gamma * along) ** 2) / (2 * (bandwidth * wavelength) ** 2))
    wave: Array = bell * np.cos(2 * pi * across / wavelength + phase)
    return wave
