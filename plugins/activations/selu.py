"""The scaled exponential linear unit."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.activations.native import NativeActivation


@claims(gain=1.0, monotone=True, bounds=(-1.7581, inf))
class SELU(NativeActivation):
    """Scaled exponential linear unit: draws the mean to 0 and the variance to 1 from layer to layer.

    f(x) = s x for x > 0, else s alpha (e^x - 1), s = 1.0507009873554805, alpha = 1.6732632423543772
    f'(x) = s for x > 0, else s alpha e^x

    Gain: 1.0000, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1): the constants are made for it. PyTorch's calculate_gain
    says 3/4, which is smaller for stable gradients; it is not used.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = SELU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-1.1113, 2.1014], [0.6468, 1.0507])

    References:
        Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks, 2017, equation 2. To be
        used with `lecun_normal`.
    """

    native = "selu"
