"""The sigmoid linear unit."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.6765, bounds=(-0.2785, inf))
class SiLU(NativeActivation):
    """Sigmoid linear unit, also called swish: weighs the input by its sigmoid.

    f(x) = x s(x), s(x) = 1/(1 + e^-x)
    f'(x) = s(x) (1 + x (1 - s(x)))

    Gain: 1.6765, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = SiLU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.2689, 1.7616], [0.0723, 1.0908])

    References:
        Elfwing, Uchibe, Doya: Sigmoid-weighted linear units for neural network function approximation in
        reinforcement learning, 2018. Ramachandran, Zoph, Le: Searching for activation functions,
        2017, as swish with beta = 1.
    """

    native = "silu"
