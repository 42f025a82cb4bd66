"""The growing cosine unit."""

import numpy as np

from convlab.plugin import Activation, Array, claims


@claims(gain=1.8349, odd=True)
class GCU(Activation):
    """Growing cosine unit: the input times its cosine, which bends a neuron's boundary more than once.

    f(x) = x cos(x)
    f'(x) = cos(x) - x sin(x)

    Gain: 1.8349, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = GCU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.5403, -0.8323], [-0.3012, -2.2347])

    References:
        Noel, Arunkumar, Trivedi, Dutta: Growing cosine unit, 2021.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.cos(x, out=out)
        out *= x

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.sin(x, out=out)
        out *= x
        np.subtract(np.cos(x), out, out=out)
