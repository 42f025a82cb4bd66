"""The linearly scaled hyperbolic tangent."""

from math import inf

import numpy as np

from convlab import kernels
from convlab.plugin import Activation, Array, claims


@claims(gain=1.1487, bounds=(0.0, inf))
class LiSHT(Activation):
    """Linearly scaled hyperbolic tangent: the input times its tanh, symmetric and never negative.

    f(x) = x tanh(x)
    f'(x) = tanh(x) + x (1 - tanh(x)^2)

    Gain: 1.1487, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = LiSHT()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.7616, 1.9281], [-1.1816, 1.1053])

    References:
        Roy, Manna, Dubey, Chaudhuri: LiSHT: non-parametric linearly scaled hyperbolic tangent activation
        function for neural networks, 2019.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        kernels.activation_forward(x, "tanh", out=out)
        out *= x

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        t = kernels.activation_forward(x, "tanh")
        np.multiply(t, t, out=out)
        np.subtract(1.0, out, out=out)
        out *= x
        out += t
