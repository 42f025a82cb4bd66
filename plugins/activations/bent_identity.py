"""The bent identity."""

import numpy as np

from convlab.plugin import Activation, Array, claims


@claims(gain=0.9655, monotone=True)
class BentIdentity(Activation):
    """Identity that bends smoothly from slope 1/2 to slope 3/2.

    f(x) = (sqrt(x^2 + 1) - 1)/2 + x
    f'(x) = x/(2 sqrt(x^2 + 1)) + 1

    Gain: 0.9655, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = BentIdentity()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.7929, 2.618], [0.6464, 1.4472])

    References:
        Godfrey: An evaluation of parametric activation functions for deep learning, 2019: the bendable linear
        unit, for beta = 1/2.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.multiply(x, x, out=out)
        out += 1.0
        np.sqrt(out, out=out)
        out -= 1.0
        out *= 0.5
        out += x

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.multiply(x, x, out=out)
        out += 1.0
        np.sqrt(out, out=out)
        np.divide(x, out, out=out)
        out *= 0.5
        out += 1.0
