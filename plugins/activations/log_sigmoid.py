"""The logarithm of the sigmoid."""

from math import inf

import numpy as np

from convlab import kernels
from convlab.plugin import Activation, Array, claims


@claims(gain=1.0419, monotone=True, bounds=(-inf, 0.0))
class LogSigmoid(Activation):
    """Logarithm of the logistic function.

    f(x) = ln(1/(1 + e^-x)) = -ln(1 + e^-x)
    f'(x) = 1/(1 + e^x)

    Gain: 1.0419, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1), that of softplus, which it mirrors.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = LogSigmoid()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-1.3133, -0.1269], [0.7311, 0.1192])

    References:
        Dugas, Bengio, Bélisle, Nadeau, Garcia: Incorporating second-order functional knowledge for better
        option pricing, 2001: f(x) is minus the softplus of -x, and computed as such.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.negative(x, out=out)
        kernels.activation_forward(out, "softplus", out=out)
        np.negative(out, out=out)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.negative(x, out=out)
        kernels.activation_forward(out, "sigmoid", out=out)
