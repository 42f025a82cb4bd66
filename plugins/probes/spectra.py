"""The spectra of the weights: singular values, and the spatial frequencies of filters."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from convlab.plugin import Array, Probe
from convlab_plugins.probes.moments import Moments

# filters are padded with zeros to this many pixels for their frequencies, larger ones to twice their size
_SIDE, _RINGS = 32, 8


class Spectra(Probe):
    """Spectra: singular values of all weights, and how much of the filters is at which spatial frequency.

    Of every convolution and dense layer ``<layer>/singular_values``, those of the weights as a matrix
    (K, R*S*C/groups), falling. Of every convolution ``<layer>/radial_power``, (8,): the mean of |W(f)|^2
    over all filters, their channels and all frequencies f of one ring, W the filter's Fourier transform; the
    rings divide 0 to 0.5 cycles a pixel into ``<layer>/frequencies``, (8,), their middles. A filter that
    smooths has its power in the first ring, one that finds edges has little there.

    Args:
        every: also keeps them after each `every`-th epoch, >= 1; None keeps only start and end.

    Raises:
        ConfigError: if `every` is less than 1.

    Example:
        >>> ring_power(np.ones((1, 1, 1, 1))).round(3).tolist()  # a single pixel has all frequencies
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]

    References:
        Saxe, McClelland, Ganguli: Exact solutions to the nonlinear dynamics of learning in deep linear neural
        networks, 2013, for singular values and what they say of learning.
    """

    def __init__(self, *, every: int | None = None) -> None:
        self.moments = Moments("spectra", every)

    def observe(self, model: Any, epoch: int, last: bool) -> Mapping[str, Array]:
        """Computes the spectra.

        Args:
            model: the network; its `parameters` are looked at.
            epoch: epochs done.
            last: True after the last epoch.

        Returns:
            Arrays, float64; empty at epochs that are not kept. Weights that are not finite have none.
        """
        found: dict[str, Array] = {}
        if not self.moments.include(epoch, last):
            return found
        for parameter in model.parameters:
            layer, weight = parameter.name.removesuffix(".weight"), parameter.value.astype(np.float64)
            if parameter.role not in ("conv_weight", "dense_weight") or not np.isfinite(weight).all():
                continue
            matrix = weight.reshape(len(weight), -1)
            found[f"{layer}/singular_values"] = np.linalg.svd(matrix, compute_uv=False)
            if parameter.role == "conv_weight":
                found[f"{layer}/frequencies"] = (np.arange(_RINGS) + 0.5) * 0.5 / _RINGS
                found[f"{layer}/radial_power"] = ring_power(weight)
        return found


def ring_power(weight: Array) -> Array:
    """Mean power of filters in rings of spatial frequency.

    Args:
        weight: (K, R, S, C), float64.

    Returns:
        (8,), float64: ``mean |W(f)|^2`` over 0 <= |f| < 1/16, 1/16 <= |f| < 1/8 and so on to 1/2 cycles a
        pixel; frequencies in the corners beyond that are left out.

    Example:
        >>> smooth, edge = np.full((1, 1, 2, 1), 0.5), np.array([[[[0.5], [-0.5]]]])
        >>> bool(ring_power(smooth)[0] > 0.9), bool(ring_power(edge)[0] < 0.1)
        (True, True)
    """
    side = max(_SIDE, 2 * max(weight.shape[1:3]))
    power = np.square(np.abs(np.fft.fft2(weight, s=(side, side), axes=(1, 2)))).mean(axis=(0, 3))
    frequency = np.fft.fftfreq(side)
    radius = np.hypot(frequency[:, None], frequency[None, :])
    ring = (radius * 2 * _RINGS).astype(int)
    return np.array([power[ring == number].mean() for number in range(_RINGS)])
