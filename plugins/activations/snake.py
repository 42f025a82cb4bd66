"""Snake."""

from math import inf

import numpy as np

from convlab.plugin import Activation, Array, claims
from convlab_plugins.checks import require


@claims(gain=0.87458, monotone=True)
class Snake(Activation):
    """Snake: the identity with a periodic part, which extrapolates what repeats.

    f(x) = x + sin(a x)^2/a, a = frequency
    f'(x) = 1 + sin(2 a x)

    Gain: 0.8746, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and a = 1.

    Args:
        frequency: a, angle by which an input of 1 turns the periodic part, > 0.

    Raises:
        ConfigError: if `frequency` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Snake()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.2919, 2.8268], [0.0907, 0.2432])

    References:
        Ziyin, Hartwig, Ueda: Neural networks fail to learn periodic functions and how to fix it, 2020. The
        paper also learns a; here it stays as set.
    """

    def __init__(self, *, frequency: float = 1.0) -> None:
        require(0 < frequency < inf, "activation 'snake'", "frequency", frequency, "> 0 and finite")
        self.frequency = frequency

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.multiply(x, self.frequency, out=out)
        np.sin(out, out=out)
        out *= out
        out /= self.frequency
        out += x

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.multiply(x, 2.0 * self.frequency, out=out)
        np.sin(out, out=out)
        out += 1.0
