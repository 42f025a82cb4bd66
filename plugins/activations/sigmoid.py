"""The logistic sigmoid."""

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.8462, monotone=True, bounds=(0.0, 1.0))
class Sigmoid(NativeActivation):
    """Logistic sigmoid.

    f(x) = 1/(1 + e^-x)
    f'(x) = f(x) (1 - f(x))

    Gain: 1.8462, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1); published 1 (PyTorch's calculate_gain), which is not
    used.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Sigmoid()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.2689, 0.8808], [0.1966, 0.105])

    References:
        Rumelhart, Hinton, Williams: Learning representations by back-propagating errors, 1986, equation 2.
    """

    native = "sigmoid"
