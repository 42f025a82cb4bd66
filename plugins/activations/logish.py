"""Logish."""

from math import inf

import numpy as np

from convlab import kernels
from convlab.plugin import Activation, Array, claims


@claims(gain=2.2677, bounds=(-0.2528, inf))
class Logish(Activation):
    """Logish: weighs the input by the logarithm of one plus its sigmoid.

    f(x) = x ln(1 + s), s = 1/(1 + e^-x)
    f'(x) = ln(1 + s) + x s (1 - s)/(1 + s)

    Gain: 2.2677, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Logish()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.2382, 1.2634], [0.0832, 0.7433])

    References:
        Zhu, Zeng, Liu, Zeng: Logish: a new nonlinear nonmonotonic activation function for convolutional
        neural network, 2021, with both of its factors 1.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        kernels.activation_forward(x, "sigmoid", out=out)
        np.log1p(out, out=out)
        out *= x

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        s = kernels.activation_forward(x, "sigmoid")
        np.subtract(1.0, s, out=out)
        out *= s
        out *= x
        out /= 1.0 + s
        out += np.log1p(s, out=s)
