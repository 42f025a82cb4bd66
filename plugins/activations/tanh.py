"""The hyperbolic tangent."""

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.5925, monotone=True, odd=True, bounds=(-1.0, 1.0))
class Tanh(NativeActivation):
    """Hyperbolic tangent.

    f(x) = (e^x - e^-x)/(e^x + e^-x)
    f'(x) = 1 - f(x)^2

    Gain: 1.5925, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1); published 5/3 (PyTorch's calculate_gain), which is not
    used.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Tanh()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.7616, 0.964], [0.42, 0.0707])

    References:
        LeCun, Bottou, Orr, Müller: Efficient backprop, 1998, section 4.4, which recommends 1.7159 tanh(2
        x/3); here it is not scaled.
    """

    native = "tanh"
