"""The squared rectifier, scaled and shifted."""

from math import inf

import numpy as np

from convlab.plugin import Activation, Array, claims
from convlab_plugins.checks import require


@claims(gain=1.0, monotone=True, bounds=(-0.4472, inf))
class StarReLU(Activation):
    """Square of the rectifier, scaled and shifted to mean 0 and variance 1 for normal inputs.

    f(x) = s max(0, x)^2 + b, s = 0.8944, b = -0.4472
    f'(x) = 2 s max(0, x)

    Gain: 1.0000, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1): 1 but for the rounding of s and b.

    Args:
        scale: s, factor of the square, finite.
        bias: b, value for inputs up to 0, finite.

    Raises:
        ConfigError: if `scale` or `bias` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = StarReLU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.4472, 3.1304], [0.0, 3.5776])

    References:
        Yu, Si, Zhou, Luo, Zhou, Feng, Yan, Wang: MetaFormer baselines for vision, 2022. There s and b are
        learned; here they stay the paper's initial values, 2/sqrt(5) and -1/sqrt(5) to four digits.
    """

    def __init__(self, *, scale: float = 0.8944, bias: float = -0.4472) -> None:
        require(-inf < scale < inf, "activation 'star_relu'", "scale", scale, "finite")
        require(-inf < bias < inf, "activation 'star_relu'", "bias", bias, "finite")
        self.scale = scale
        self.bias = bias

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.maximum(x, 0.0, out=out)
        out *= out
        out *= self.scale
        out += self.bias

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.maximum(x, 0.0, out=out)
        out *= 2.0 * self.scale
