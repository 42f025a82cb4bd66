"""The exponential linear sigmoid squashing."""

from math import inf

import numpy as np

from convlab import kernels
from convlab.plugin import Activation, Array, claims


@claims(gain=1.7073, bounds=(-0.1716, inf))
class ELiSH(Activation):
    """Exponential linear sigmoid squashing: elu weighed by the sigmoid of the input.

    f(x) = u s, u = x for x >= 0, else e^x - 1, s = 1/(1 + e^-x)
    f'(x) = s (min(u + 1, 1) + u (1 - s))

    Gain: 1.7073, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = ELiSH()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.17, 1.7616], [-0.0253, 1.0908])

    References:
        Basirat, Roth: The quest for the golden activation function, 2018.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        s = kernels.activation_forward(x, "sigmoid")
        kernels.activation_forward(x, "elu", out=out)
        out *= s

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        u = kernels.activation_forward(x, "elu")
        s = kernels.activation_forward(x, "sigmoid")
        np.subtract(1.0, s, out=out)
        out *= u
        u += 1.0
        out += np.minimum(u, 1.0, out=u)
        out *= s
