"""The sine."""

from math import inf

import numpy as np

from convlab.plugin import Activation, Array, claims
from convlab_plugins.checks import require


@claims(gain=1.5209, odd=True, bounds=(-1.0, 1.0))
class Sine(Activation):
    """Sine.

    f(x) = sin(w x), w = frequency
    f'(x) = w cos(w x)

    Gain: 1.5209, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and w = 1.

    Args:
        frequency: w, angle of an input of 1, in radians, > 0.

    Raises:
        ConfigError: if `frequency` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Sine()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.8415, 0.9093], [0.5403, -0.4161])

    References:
        Sitzmann, Martel, Bergman, Lindell, Wetzstein: Implicit neural representations with periodic
        activation functions, 2020, section 3.2, which takes w = 30 for the first layer of a network of
        coordinates.
    """

    def __init__(self, *, frequency: float = 1.0) -> None:
        require(0 < frequency < inf, "activation 'sine'", "frequency", frequency, "> 0 and finite")
        self.frequency = frequency

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.multiply(x, self.frequency, out=out)
        np.sin(out, out=out)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.multiply(x, self.frequency, out=out)
        np.cos(out, out=out)
        out *= self.frequency
