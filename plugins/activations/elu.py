"""The exponential linear unit."""

from collections.abc import Mapping
from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation
from convlab_plugins.checks import require


@claims(gain=1.2452, monotone=True, bounds=(-1.0, inf))
class ELU(NativeActivation):
    """Exponential linear unit: negative inputs level off, so that outputs have a mean nearer to 0.

    f(x) = x for x > 0, else alpha (e^x - 1)
    f'(x) = 1 for x > 0, else alpha e^x

    Gain: 1.2452, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and alpha = 1.

    Args:
        alpha: minus the limit for very negative inputs, > 0.

    Raises:
        ConfigError: if `alpha` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = ELU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.6321, 2.0], [0.3679, 1.0])

    References:
        Clevert, Unterthiner, Hochreiter: Fast and accurate deep network learning by exponential linear units
        (ELUs), 2016, equation 15. The derivative at 0 is alpha, as in PyTorch.
    """

    native = "elu"

    def __init__(self, *, alpha: float = 1.0) -> None:
        require(0 < alpha < inf, "activation 'elu'", "alpha", alpha, "> 0 and finite")
        self.alpha = alpha

    @property
    def native_parameters(self) -> Mapping[str, float]:
        """Arguments of the compiled kernel."""
        return {"alpha": self.alpha}
