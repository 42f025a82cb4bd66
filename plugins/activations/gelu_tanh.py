"""The tanh form of the Gaussian error linear unit."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.5336, bounds=(-0.1701, inf))
class GELUTanh(NativeActivation):
    """Gaussian error linear unit with tanh in the place of the error function.

    f(x) = x (1 + tanh(u))/2, u = sqrt(2/pi) (x + 0.044715 x^3)
    f'(x) = (1 + tanh(u))/2 + x (1 - tanh(u)^2) u'/2, u' = sqrt(2/pi) (1 + 0.134145 x^2)

    Gain: 1.5336, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = GELUTanh()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.1588, 1.9546], [-0.083, 1.0861])

    References:
        Hendrycks, Gimpel: Gaussian error linear units (GELUs), 2016, section 2. JAX's default;
        approximate="tanh" in PyTorch, approximate=True in Keras.
    """

    native = "gelu_tanh"
