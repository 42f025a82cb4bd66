"""E-swish."""

from math import inf

import numpy as np

from convlab import kernels
from convlab.plugin import Activation, Array, claims
from convlab_plugins.checks import require


@claims(gain=1.3412, bounds=(-0.3481, inf))
class ESwish(Activation):
    """E-swish: silu times a constant.

    f(x) = b x s, b = beta, s = 1/(1 + e^-x)
    f'(x) = b (s + x s (1 - s))

    Gain: 1.3412, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and b = 1.25.

    Args:
        beta: b, slope for large inputs, > 0.

    Raises:
        ConfigError: if `beta` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = ESwish()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.3362, 2.202], [0.0904, 1.3635])

    References:
        Alcaide: E-swish: adjusting activations to different network depths, 2018, which looks at b from 1 to
        2: the larger, the steeper.
    """

    def __init__(self, *, beta: float = 1.25) -> None:
        require(0 < beta < inf, "activation 'e_swish'", "beta", beta, "> 0 and finite")
        self.beta = beta

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        kernels.activation_forward(x, "silu", out=out)
        out *= self.beta

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        kernels.activation_backward(x, np.full_like(x, self.beta), "silu", out=out)
