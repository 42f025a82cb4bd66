"""The identity."""

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.0, monotone=True, odd=True)
class Linear(NativeActivation):
    """The identity: no non-linearity.

    f(x) = x
    f'(x) = 1

    Gain: 1.0000, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1); published 1 as well.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Linear()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-1.0, 2.0], [1.0, 1.0])

    References:
        Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010,
        section 4.2.1, whose analysis is of linear layers.
    """

    native = "linear"
