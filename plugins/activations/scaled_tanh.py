"""The hyperbolic tangent that maps 1 to 1."""

from math import inf

import numpy as np

from convlab import kernels
from convlab.plugin import Activation, Array, claims
from convlab_plugins.checks import require


@claims(gain=1.1544, monotone=True, odd=True, bounds=(-1.7159, 1.7159))
class ScaledTanh(Activation):
    """Hyperbolic tangent scaled so that f(1) = 1 and f(-1) = -1.

    f(x) = a tanh(b x), a = 1.7159, b = 2/3
    f'(x) = a b (1 - tanh(b x)^2)

    Gain: 1.1544, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Args:
        height: a, the limit for large inputs, > 0.
        slope: b, factor of the input, > 0.

    Raises:
        ConfigError: if `height` or `slope` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = ScaledTanh()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-1.0, 1.4929], [0.7554, 0.278])

    References:
        LeCun, Bottou, Orr, Müller: Efficient backprop, 1998, section 4.4.
    """

    def __init__(self, *, height: float = 1.7159, slope: float = 2 / 3) -> None:
        require(0 < height < inf, "activation 'scaled_tanh'", "height", height, "> 0 and finite")
        require(0 < slope < inf, "activation 'scaled_tanh'", "slope", slope, "> 0 and finite")
        self.height = height
        self.slope = slope

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.multiply(x, self.slope, out=out)
        kernels.activation_forward(out, "tanh", out=out)
        out *= self.height

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.multiply(x, self.slope, out=out)
        kernels.activation_forward(out, "tanh", out=out)
        out *= out
        np.subtract(1.0, out, out=out)
        out *= self.height * self.slope
