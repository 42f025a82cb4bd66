"""Swish with a learned sharpness."""

from collections.abc import Mapping
from math import inf

import numpy as np

from convlab import kernels
from convlab.plugin import Array, LearnedActivation, claims
from convlab_plugins.checks import require


@claims(gain=1.6765, bounds=(-0.2785, inf))
class SwishBeta(LearnedActivation):
    """Swish whose sharpness is learned: between the linear function x/2 and the rectifier.

    f(x) = x s, s = 1/(1 + e^(-b x)); df/db = x^2 s (1 - s)
    f'(x) = s + b x s (1 - s)

    Gain: 1.6765, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and the initial b = 1, where it is silu.

    Args:
        beta: b before training, finite.
        shared: whether all channels of a layer share one b.

    Raises:
        ConfigError: if `beta` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = SwishBeta()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.2689, 1.7616], [0.0723, 1.0908])

    References:
        Ramachandran, Zoph, Le: Searching for activation functions, 2017, section 4. `silu` is b = 1, not
        learned.
    """

    def __init__(self, *, beta: float = 1.0, shared: bool = False) -> None:
        require(-inf < beta < inf, "activation 'swish_beta'", "beta", beta, "finite")
        self.beta = beta
        self.shared = shared

    def initial_parameters(self, channels: int) -> Mapping[str, Array]:
        """The sharpnesses."""
        return {"beta": np.full(1 if self.shared else channels, self.beta)}

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        self._share(x, out)
        out *= x

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        s = self._share(x, np.empty_like(x))
        np.subtract(1.0, s, out=out)
        out *= x
        out *= self.parameter("beta", x)
        out += 1.0
        out *= s

    def parameter_derivative(self, name: str, x: Array, out: Array) -> None:
        """Writes df/db to `out`."""
        s = self._share(x, np.empty_like(x))
        np.subtract(1.0, s, out=out)
        out *= s
        out *= x
        out *= x

    def _share(self, x: Array, out: Array) -> Array:
        """s, written to `out`."""
        np.multiply(x, self.parameter("beta", x), out=out)
        return kernels.activation_forward(out, "sigmoid", out=out)
