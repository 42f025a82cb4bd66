"""The squared rectifier."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=0.8165, monotone=True, bounds=(0.0, inf))
class ReLUSquared(NativeActivation):
    """Square of the rectifier.

    f(x) = max(0, x)^2
    f'(x) = 2 max(0, x)

    Gain: 0.8165, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1): sqrt(2/3).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = ReLUSquared()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.0, 4.0], [0.0, 4.0])

    References:
        So, Mańke, Liu, Dai, Shazeer, Le: Primer: searching for efficient transformers for language modeling,
        2021. `star_relu` scales and shifts it.
    """

    native = "relu_squared"
