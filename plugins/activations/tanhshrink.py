"""What the hyperbolic tangent takes away."""

import numpy as np

from convlab import kernels
from convlab.plugin import Activation, Array, claims


@claims(gain=2.3384, monotone=True, odd=True)
class Tanhshrink(Activation):
    """Input less its hyperbolic tangent: flat at zero, linear far from it.

    f(x) = x - tanh(x)
    f'(x) = tanh(x)^2

    Gain: 2.3384, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1).

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = Tanhshrink()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.2384, 1.036], [0.58, 0.9293])

    References:
        Collobert, Kavukcuoglu, Farabet: Torch7: a Matlab-like environment for machine learning, 2011, where
        it is a module; PyTorch and Keras have this form.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        kernels.activation_forward(x, "tanh", out=out)
        np.subtract(x, out, out=out)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        kernels.activation_forward(x, "tanh", out=out)
        out *= out
