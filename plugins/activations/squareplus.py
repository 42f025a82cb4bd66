"""The algebraic smooth rectifier."""

from collections.abc import Mapping
from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation
from convlab_plugins.checks import require


@claims(gain=0.8165, monotone=True, bounds=(0.0, inf))
class Squareplus(NativeActivation):
    """Smooth rectifier without an exponential.

    f(x) = (x + sqrt(x^2 + b))/2
    f'(x) = (1 + x/sqrt(x^2 + b))/2

    Gain: 0.8165, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and b = 4.

    Args:
        b: how wide the bend at zero is, > 0; f(0) = sqrt(b)/2.

    Raises:
        ConfigError: if `b` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Squareplus()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.618, 2.4142], [0.2764, 0.8536])

    References:
        Barron: Squareplus: a softplus-like algebraic rectifier, 2021, equation 1. With b = 4 its curvature at
        zero is softplus's, 1/4, and f(0) = 1; JAX and Keras have this default.
    """

    native = "squareplus"

    def __init__(self, *, b: float = 4.0) -> None:
        require(0 < b < inf, "activation 'squareplus'", "b", b, "> 0 and finite")
        self.b = b

    @property
    def native_parameters(self) -> Mapping[str, float]:
        """Arguments of the compiled kernel."""
        return {"b": self.b}
