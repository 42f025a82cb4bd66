"""The inverse square root linear unit."""

from math import inf

import numpy as np

from convlab.plugin import Activation, Array, claims
from convlab_plugins.checks import require


@claims(gain=1.2197, monotone=True, bounds=(-1.0, inf))
class ISRLU(Activation):
    """Inverse square root linear unit: an elu without an exponential.

    f(x) = x for x >= 0, else x/sqrt(1 + a x^2), a = alpha
    f'(x) = 1 for x >= 0, else (1/sqrt(1 + a x^2))^3

    Gain: 1.2197, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and a = 1.

    Args:
        alpha: a; the limit for very negative inputs is -1/sqrt(a), > 0.

    Raises:
        ConfigError: if `alpha` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = ISRLU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.7071, 2.0], [0.3536, 1.0])

    References:
        Carlile, Delamarter, Kinney, Marti, Whitney: Improving deep learning by inverse square root linear
        units (ISRLUs), 2017.
    """

    def __init__(self, *, alpha: float = 1.0) -> None:
        require(0 < alpha < inf, "activation 'isrlu'", "alpha", alpha, "> 0 and finite")
        self.alpha = alpha

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.minimum(x, 0.0, out=out)
        out *= out
        out *= self.alpha
        out += 1.0
        np.sqrt(out, out=out)
        np.divide(x, out, out=out)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.minimum(x, 0.0, out=out)
        out *= out
        out *= self.alpha
        out += 1.0
        np.power(out, -1.5, out=out)
