"""The hyperbolic tangent from straight lines."""

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.392, monotone=True, odd=True, bounds=(-1.0, 1.0))
class HardTanh(NativeActivation):
    """Hyperbolic tangent made of straight lines.

    f(x) = min(max(-1, x), 1)
    f'(x) = 1 for -1 < x < 1, else 0

    Gain: 1.3920, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = HardTanh()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-1.0, 1.0], [0.0, 0.0])

    References:
        Collobert: Large scale machine learning, 2004. The derivative is 0 at both corners, as in
        PyTorch.
    """

    native = "hard_tanh"
