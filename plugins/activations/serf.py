"""Serf."""

from math import inf

import numpy as np

from convlab import kernels
from convlab.plugin import Activation, Array, claims

_BELL_HEIGHT = 2.0 / float(np.sqrt(np.pi))  # slope of erf at 0


@claims(gain=1.4122, bounds=(-0.3485, inf))
class Serf(Activation):
    """Serf: weighs the input by the error function of its softplus.

    f(x) = x erf(p), p = ln(1 + e^x)
    f'(x) = erf(p) + x s e^(-p^2) 2/sqrt(pi), s = 1/(1 + e^-x)

    Gain: 1.4122, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Serf()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.3422, 1.9947], [0.0671, 1.0189])

    References:
        Nag, Bhattacharyya: SERF: towards better training of deep neural networks using log-softplus error
        activation function, 2021.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        from scipy.special import erf  # type: ignore[import-untyped]

        kernels.activation_forward(x, "softplus", out=out)
        erf(out, out=out)
        out *= x

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        from scipy.special import erf

        p = kernels.activation_forward(x, "softplus")
        np.multiply(p, p, out=out)
        np.negative(out, out=out)
        np.exp(out, out=out)
        out *= x
        out *= kernels.activation_forward(x, "sigmoid")
        out *= _BELL_HEIGHT
        out += erf(p, out=p)
