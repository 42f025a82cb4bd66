"""The rectifier with a ceiling."""

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.4142, monotone=True, bounds=(0.0, 6.0))
class ReLU6(NativeActivation):
    """Rectifier cut at 6.

    f(x) = min(max(0, x), 6)
    f'(x) = 1 for 0 < x < 6, else 0

    Gain: 1.4142, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1), as relu's: inputs above 6 are rare.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = ReLU6()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.0, 2.0], [0.0, 1.0])

    References:
        Krizhevsky: Convolutional deep belief networks on CIFAR-10, 2010. The derivative is 0 at
        both corners, as in PyTorch.
    """

    native = "relu6"
