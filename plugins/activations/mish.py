"""Mish."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.4868, bounds=(-0.3089, inf))
class Mish(NativeActivation):
    """Mish: weighs the input by the tanh of its softplus.

    f(x) = x t, t = tanh(p), p = ln(1 + e^x)
    f'(x) = t + x (1 - t^2) s, s = 1/(1 + e^-x)

    Gain: 1.4868, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Mish()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.3034, 1.944], [0.0592, 1.0693])

    References:
        Misra: Mish: a self regularized non-monotonic activation function, 2020, equation 1.
    """

    native = "mish"
