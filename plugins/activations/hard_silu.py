"""The sigmoid linear unit from straight lines."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.7367, bounds=(-0.375, inf))
class HardSiLU(NativeActivation):
    """Sigmoid linear unit with a sigmoid made of straight lines, also called hard swish.

    f(x) = x min(max(0, x + 3), 6)/6
    f'(x) = 0 for x <= -3, (2 x + 3)/6 between, 1 for x >= 3

    Gain: 1.7367, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = HardSiLU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.3333, 1.6667], [0.1667, 1.1667])

    References:
        Howard et al.: Searching for MobileNetV3, 2019, section 5.2. PyTorch calls it Hardswish. The corners
        have the derivatives of the outer lines.
    """

    native = "hard_silu"
