"""The sigmoid with exact zeros and ones."""

import numpy as np

from convlab.plugin import Activation, Array, claims


@claims(gain=1.6243, monotone=True, bounds=(0.0, 1.0))
class SparseSigmoid(Activation):
    """Sigmoid made of straight lines: the derivative of sparse_plus.

    f(x) = min(max(0, (x + 1)/2), 1)
    f'(x) = 1/2 for -1 < x < 1, else 0

    Gain: 1.6243, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = SparseSigmoid()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([0.0, 1.0], [0.0, 0.0])

    References:
        Martins, Astudillo: From softmax to sparsemax, 2016, for two classes. JAX and Keras have this form.
        The derivative is 0 at both corners, as for hard_sigmoid.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.clip(x, -1.0, 1.0, out=out)
        out += 1.0
        out *= 0.5

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        np.abs(x, out=out)
        np.less(out, 1.0, out=out)
        out *= 0.5
