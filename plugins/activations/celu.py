"""The continuously differentiable exponential linear unit."""

from collections.abc import Mapping
from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation
from convlab_plugins.checks import require


@claims(gain=1.2452, monotone=True, bounds=(-1.0, inf))
class CELU(NativeActivation):
    """Exponential linear unit whose derivative has no jump whatever alpha is.

    f(x) = x for x > 0, else alpha (e^(x/alpha) - 1)
    f'(x) = 1 for x > 0, else e^(x/alpha)

    Gain: 1.2452, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and alpha = 1, where it is elu.

    Args:
        alpha: minus the limit for very negative inputs, > 0.

    Raises:
        ConfigError: if `alpha` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = CELU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.6321, 2.0], [0.3679, 1.0])

    References:
        Barron: Continuously differentiable exponential linear units, 2017, equation 2.
    """

    native = "celu"

    def __init__(self, *, alpha: float = 1.0) -> None:
        require(0 < alpha < inf, "activation 'celu'", "alpha", alpha, "> 0 and finite")
        self.alpha = alpha

    @property
    def native_parameters(self) -> Mapping[str, float]:
        """Arguments of the compiled kernel."""
        return {"alpha": self.alpha}
