"""The Gaussian error linear unit."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.5335, bounds=(-0.17, inf))
class GELU(NativeActivation):
    """Gaussian error linear unit, exact: weighs the input by the part of a normal distribution below it.

    f(x) = x Phi(x), Phi(x) = (1 + erf(x/sqrt(2)))/2
    f'(x) = Phi(x) + x e^(-x^2/2)/sqrt(2 pi)

    Gain: 1.5335, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = GELU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.1587, 1.9545], [-0.0833, 1.0852])

    References:
        Hendrycks, Gimpel: Gaussian error linear units (GELUs), 2016, section 2. PyTorch and Keras have this
        form by default; JAX has `gelu_tanh`.
    """

    native = "gelu"
