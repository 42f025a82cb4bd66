"""Sharpness-aware minimization."""

from math import inf, sqrt

import numpy as np

from convlab import kernels
from convlab.plugin import Array, OptimizerChoice, ParameterBuffers
from convlab_plugins.checks import require
from convlab_plugins.optimizers.wrappers.base import MOMENTUM, Wrapper

EPSILON = 1e-12


class SAM(Wrapper):
    """Sharpness-aware minimization: the gradient is taken at the worst point nearby.

    e = rho g/|g|;  the inner optimizer steps from w along the gradient at w + e

    Every step computes the loss and its gradient twice, on the same batch.

    Args:
        parameters: what is updated, in place.
        rho: distance of the worst point, > 0.
        inner: the optimizer that takes the step.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Closure, Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> class Parabola(Closure):
        ...     def __call__(self):
        ...         weight.gradient[...] = weight.value
        ...         return float(weight.value[0, 0] ** 2 / 2)
        ...     def with_sampled_labels(self, look=None):
        ...         return self()
        >>> optimizer = SAM(ParameterBuffers([weight], np.float64), rho=0.5, inner="sgd", lr=0.1)
        >>> weight.value[...] = weight.gradient[...] = 1.0
        >>> optimizer.step(optimizer.lr, Parabola())
        >>> round(float(weight.value[0, 0]), 6)  # 1 - 0.1 * 1.5
        0.85

    References:
        Foret, Kleiner, Mobahi, Neyshabur: Sharpness-aware minimization for efficiently improving
        generalization, 2020, equations 2 and 3, p = 2. Running statistics of batch normalization follow the
        first of the two passes only, as in the authors' code.
    """

    plugin = "optimizer 'sam'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        rho: float = 0.05,
        inner: OptimizerChoice = MOMENTUM,
        lr: float | None = None,
    ) -> None:
        require(0 < rho < inf, self.plugin, "rho", rho, "> 0 and finite")
        super().__init__(parameters, inner, lr)
        self.rho, self.needs_closure = rho, True
        self._kept, self._away = self.new_state(), self.new_state()

    def update(self, rate: float) -> None:
        """Goes to the worst point, computes the gradient there, and steps from where it began."""
        assert self.closure is not None
        values = self.parameters.values
        self._kept[...] = values
        self.write_ascent(self._away)
        values += self._away
        self.closure()
        values[...] = self._kept
        self.inner.step(rate, self.closure)

    def write_ascent(self, out: Array) -> None:
        """Writes e, the way to the worst point."""
        gradients = self.parameters.gradients
        np.multiply(gradients, self.rho / (sqrt(kernels.sum_of_squares(gradients)) + EPSILON), out=out)
