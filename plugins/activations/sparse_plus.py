"""The smooth rectifier with exact zeros."""

from math import inf

import numpy as np

from convlab.plugin import Activation, Array, claims


@claims(gain=1.3803, monotone=True, bounds=(0.0, inf))
class SparsePlus(Activation):
    """Smooth rectifier that is exactly zero below -1 and exactly linear above 1.

    f(x) = 0 for x <= -1, (x + 1)^2/4 for -1 < x < 1, x for x >= 1
    f'(x) = min(max(0, (x + 1)/2), 1)

    Gain: 1.3803, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = SparsePlus()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.0, 2.0], [0.0, 1.0])

    References:
        Blondel, Martins, Niculae: Learning with Fenchel-Young losses, 2020, section 6.2, whose sparse sigmoid
        is its derivative. JAX and Keras have this form.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.clip(x, -1.0, 1.0, out=out)
        out += 1.0
        out *= out
        out *= 0.25
        np.copyto(out, x, where=x > 1.0)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.clip(x, -1.0, 1.0, out=out)
        out += 1.0
        out *= 0.5
