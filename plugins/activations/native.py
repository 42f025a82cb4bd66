"""What activations with a compiled kernel share."""

from typing import ClassVar

import numpy as np

from convlab import kernels
from convlab.plugin import Activation, Array


class NativeActivation(Activation):
    """An activation whose value and derivative are computed by the compiled core.

    A subclass names its kernel as `native` and, if it has settings, gives them as `native_parameters`. The
    engine fuses the kernel into convolution; the methods here serve everything else.
    """

    native: ClassVar[str]

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both contiguous and of one shape and dtype, float32 or float64."""
        kernels.activation_forward(x, self.native, out=out, **self.native_parameters)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both contiguous and of one shape and dtype, float32 or float64."""
        parameters = self.native_parameters
        saved = x
        if kernels.activation_saves(self.native, **parameters) == "output":
            self.value(x, out)
            saved = out
        kernels.activation_backward(saved, np.ones_like(x), self.native, out=out, **parameters)
