"""Softsign."""

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=2.3375, monotone=True, odd=True, bounds=(-1.0, 1.0))
class Softsign(NativeActivation):
    """Sigmoid that approaches its limits as 1/x, slower than tanh.

    f(x) = x/(1 + |x|)
    f'(x) = 1/(1 + |x|)^2

    Gain: 2.3375, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Softsign()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.5, 0.6667], [0.25, 0.1111])

    References:
        Bergstra, Desjardins, Lamblin, Bengio: Quadratic polynomials learn better image features, 2009.
    """

    native = "softsign"
