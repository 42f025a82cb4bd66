"""The rectifier with a threshold."""

from math import inf

import numpy as np

from convlab.plugin import Activation, Array, claims
from convlab_plugins.checks import require


@claims(gain=1.5801, monotone=True, bounds=(0.0, inf))
class Threshold(Activation):
    """Passes what lies above a threshold, and replaces the rest by a constant.

    f(x) = x for x > t, else v, t = threshold, v = below
    f'(x) = 1 for x > t, else 0

    Gain: 1.5801, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1), t = 1 and v = 0, with the jump at a point of the grid.

    Args:
        threshold: t, the largest input that does not pass, finite.
        below: v, the output for inputs up to the threshold, finite.

    Raises:
        ConfigError: if `threshold` or `below` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Threshold()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.0, 2.0], [0.0, 1.0])

    References:
        Konda, Memisevic, Krueger: Zero-bias autoencoders and the benefits of co-adapting features, 2014,
        whose truncated rectifier has v = 0; the default t = 1 is the paper's. PyTorch's and Keras' functions
        of this name have no defaults. The jump at t has no part in the derivative.
    """

    def __init__(self, *, threshold: float = 1.0, below: float = 0.0) -> None:
        require(-inf < threshold < inf, "activation 'threshold'", "threshold", threshold, "finite")
        require(-inf < below < inf, "activation 'threshold'", "below", below, "finite")
        self.threshold = threshold
        self.below = below

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.copyto(out, x)
        np.copyto(out, self.below, where=x <= self.threshold)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.greater(x, self.threshold, out=out)
