"""TanhExp."""

from math import inf

import numpy as np

from convlab import kernels
from convlab.plugin import Activation, Array, claims

_LARGEST_EXPONENT = 10.0


@claims(gain=1.3748, bounds=(-0.3533, inf))
class TanhExp(Activation):
    """TanhExp: weighs the input by the tanh of its exponential.

    f(x) = x tanh(e^x)
    f'(x) = t + x e^x (1 - t^2), t = tanh(e^x)

    Gain: 1.3748, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = TanhExp()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.3521, 2.0], [0.0299, 1.0])

    References:
        Liu, Di: TanhExp: a smooth activation function with high convergence speed for lightweight neural
        networks, 2020. The exponent is held at 10, where tanh(e^x) is 1 in float64 already.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.minimum(x, _LARGEST_EXPONENT, out=out)
        np.exp(out, out=out)
        kernels.activation_forward(out, "tanh", out=out)
        out *= x

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        e = np.minimum(x, _LARGEST_EXPONENT)
        np.exp(e, out=e)
        t = kernels.activation_forward(e, "tanh")
        np.multiply(t, t, out=out)
        np.subtract(1.0, out, out=out)
        out *= e
        out *= x
        out += t
