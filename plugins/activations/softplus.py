"""The smooth rectifier."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.0419, monotone=True, bounds=(0.0, inf))
class Softplus(NativeActivation):
    """Smooth rectifier.

    f(x) = ln(1 + e^x)
    f'(x) = 1/(1 + e^-x)

    Gain: 1.0419, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1), of which most is the mean of the output: f(0) = 0.6931.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Softplus()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.3133, 2.1269], [0.2689, 0.8808])

    References:
        Dugas, Bengio, Bélisle, Nadeau, Garcia: Incorporating second-order functional knowledge for better
        option pricing, 2001. Computed without overflow; PyTorch becomes linear above 20, which
        differs by 2e-9.
    """

    native = "softplus"
