"""Soft thresholding."""

from math import inf

import numpy as np

from convlab.plugin import Activation, Array, claims
from convlab_plugins.checks import require


@claims(gain=1.5444, monotone=True, odd=True)
class SoftShrink(Activation):
    """Soft thresholding: moves every input towards zero by a fixed amount.

    f(x) = x - t for x > t, x + t for x < -t, else 0, t = threshold
    f'(x) = 1 for |x| > t, else 0

    Gain: 1.5444, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and t = 0.5.

    Args:
        threshold: t, the amount, >= 0.

    Raises:
        ConfigError: if `threshold` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = SoftShrink()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.5, 1.5], [1.0, 1.0])

    References:
        Donoho, Johnstone: Ideal spatial adaptation by wavelet shrinkage, 1994. The default is PyTorch's
        (lambd) and Keras'.
    """

    def __init__(self, *, threshold: float = 0.5) -> None:
        require(0 <= threshold < inf, "activation 'soft_shrink'", "threshold", threshold, ">= 0 and finite")
        self.threshold = threshold

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.clip(x, -self.threshold, self.threshold, out=out)
        np.subtract(x, out, out=out)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.abs(x, out=out)
        np.greater(out, self.threshold, out=out)
