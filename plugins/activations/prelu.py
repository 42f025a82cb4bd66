"""The rectifier with a learned leak."""

from collections.abc import Mapping
from math import inf

import numpy as np

from convlab.plugin import Array, LearnedActivation, claims
from convlab_plugins.checks import require


@claims(gain=1.372, monotone=True)
class PReLU(LearnedActivation):
    """Rectifier whose slope for negative inputs is learned.

    f(x) = x for x > 0, else a x; df/da = min(0, x)
    f'(x) = 1 for x > 0, else a

    Gain: 1.3720, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and the initial a = 0.25; sqrt(2/(1 + a^2)) as published.

    Args:
        slope: a before training, finite.
        shared: whether all channels of a layer share one a.

    Raises:
        ConfigError: if `slope` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = PReLU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.25, 2.0], [0.25, 1.0])

    References:
        He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015, equation 1. As there, a is never decayed and
        begins at 0.25, one for every channel by default. PyTorch shares one by default; Keras has one for
        every value and begins at 0.
    """

    def __init__(self, *, slope: float = 0.25, shared: bool = False) -> None:
        require(-inf < slope < inf, "activation 'prelu'", "slope", slope, "finite")
        self.slope = slope
        self.shared = shared

    def initial_parameters(self, channels: int) -> Mapping[str, Array]:
        """The slopes."""
        return {"slope": np.full(1 if self.shared else channels, self.slope)}

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.multiply(x, self.parameter("slope", x), out=out)
        np.copyto(out, x, where=x > 0)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.copyto(out, self.parameter("slope", x))
        np.copyto(out, 1.0, where=x > 0)

    def parameter_derivative(self, name: str, x: Array, out: Array) -> None:
        """Writes df/da to `out`."""
        np.minimum(x, 0.0, out=out)
