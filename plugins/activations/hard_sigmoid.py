"""The sigmoid from straight lines."""

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.8978, monotone=True, bounds=(0.0, 1.0))
class HardSigmoid(NativeActivation):
    """Sigmoid made of straight lines.

    f(x) = min(max(0, x + 3), 6)/6
    f'(x) = 1/6 for -3 < x < 3, else 0

    Gain: 1.8978, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = HardSigmoid()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.3333, 0.8333], [0.1667, 0.1667])

    References:
        Howard et al.: Searching for MobileNetV3, 2019, section 5.2. Courbariaux, Bengio, David:
        BinaryConnect, 2015, for the idea with slope 1/2. PyTorch, JAX and Keras 3 have slope 1/6; Keras 2 had
        0.2 x + 0.5.
    """

    native = "hard_sigmoid"
