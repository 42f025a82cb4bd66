"""The rectifier with a random leak."""

from collections.abc import Callable
from copy import copy
from math import inf
from typing import Self

import numpy as np

from convlab.plugin import Activation, ActivationPlace, Array, claims
from convlab_plugins.checks import require


@claims(gain=1.3785, monotone=True)
class RReLU(Activation):
    """Rectifier whose slope for negative inputs is drawn anew for every value in training.

    f(x) = x for x > 0, else a x; a ~ U(lower, upper) in training, (lower + upper)/2 in inference
    f'(x) = 1 for x > 0, else a

    The slopes depend on the seed, the layer's name and the number of the training step, so that a resumed run
    has the same.

    Gain: 1.3785, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and the slope of inference.

    Args:
        lower: smallest slope, finite.
        upper: largest slope, finite, >= lower.

    Raises:
        ConfigError: if `lower` or `upper` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = RReLU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.2292, 2.0], [0.2292, 1.0])

    References:
        Xu, Wang, Chen, Li: Empirical evaluation of rectified activations in convolutional network, 2015,
        equation 4, which draws 1/a from U(3, 8). Here a itself is uniform between 1/8 and 1/3, as in PyTorch.
    """

    _random: Callable[[], np.random.Generator | None] | None = None

    def __init__(self, *, lower: float = 1 / 8, upper: float = 1 / 3) -> None:
        require(-inf < lower < inf, "activation 'rrelu'", "lower", lower, "finite")
        require(lower <= upper < inf, "activation 'rrelu'", "upper", upper, ">= lower and finite")
        self.lower = lower
        self.upper = upper

    def placed(self, place: ActivationPlace) -> Self:
        """A copy that draws its slopes in one layer."""
        made = copy(self)
        made._random = place.random
        return made

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        self.derivative(x, out)
        out *= x

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        random = None if self._random is None else self._random()
        if random is None:
            out[...] = (self.lower + self.upper) / 2
        else:
            np.multiply(random.random(x.shape, np.float32), self.upper - self.lower, out=out)
            out += self.lower
        np.copyto(out, 1.0, where=x > 0)
