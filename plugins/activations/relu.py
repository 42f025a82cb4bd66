"""The rectifier."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.4142, monotone=True, bounds=(0.0, inf))
class ReLU(NativeActivation):
    """Rectified linear unit: passes what is positive.

    f(x) = max(0, x)
    f'(x) = 1 for x > 0, else 0

    Gain: 1.4142, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1), which is sqrt(2) as published.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = ReLU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.0, 2.0], [0.0, 1.0])

    References:
        Nair, Hinton: Rectified linear units improve restricted Boltzmann machines, 2010, section 2. He,
        Zhang, Ren, Sun: Delving deep into rectifiers, 2015, section 2.2, for the gain. The derivative at 0 is
        0, as in PyTorch, Keras and JAX.
    """

    native = "relu"
