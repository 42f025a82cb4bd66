"""The rectifier with a leak."""

from collections.abc import Mapping
from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation
from convlab_plugins.checks import require


@claims(gain=1.4141, monotone=True)
class LeakyReLU(NativeActivation):
    """Rectifier with a small slope for negative inputs, which keeps a gradient there.

    f(x) = x for x > 0, else a x, a = negative_slope
    f'(x) = 1 for x > 0, else a

    Gain: 1.4141, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and a = 0.01; sqrt(2/(1 + a^2)) as published.

    Args:
        negative_slope: a, slope for negative inputs, finite.

    Raises:
        ConfigError: if `negative_slope` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = LeakyReLU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.01, 2.0], [0.01, 1.0])

    References:
        Maas, Hannun, Ng: Rectifier nonlinearities improve neural network acoustic models, 2013, section 2.
        He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015, equation 15, for the gain. The default is the
        paper's, PyTorch's and JAX's; Keras' is 0.2 (0.3 before Keras 3).
    """

    native = "leaky_relu"

    def __init__(self, *, negative_slope: float = 0.01) -> None:
        require(
            -inf < negative_slope < inf, "activation 'leaky_relu'", "negative_slope", negative_slope, "finite"
        )
        self.negative_slope = negative_slope

    @property
    def native_parameters(self) -> Mapping[str, float]:
        """Arguments of the compiled kernel."""
        return {"negative_slope": self.negative_slope}
