"""Adaptive sharpness-aware minimization."""

from math import inf, sqrt

import numpy as np

from convlab import kernels
from convlab.plugin import Array, OptimizerChoice, ParameterBuffers
from convlab_plugins.checks import require
from convlab_plugins.optimizers.wrappers.base import MOMENTUM
from convlab_plugins.optimizers.wrappers.sam import EPSILON, SAM


class ASAM(SAM):
    """Adaptive SAM: nearby is measured relative to the size of every weight.

    e = rho T^2 g/|T g|,  T = |w| + eta for weights, 1 for biases, scales and shifts;  else as `sam`

    Args:
        parameters: what is updated, in place.
        rho: distance of the worst point, relative, > 0.
        eta: added to the size of every weight, >= 0.
        inner: the optimizer that takes the step.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = ASAM(ParameterBuffers([weight]), rho=0.5, eta=0.0)
        >>> weight.value[...], weight.gradient[...] = [[2.0, 1.0]], [[1.0, 0.0]]
        >>> away = optimizer.new_state()
        >>> optimizer.write_ascent(away)
        >>> away.tolist()  # 0.5 * 2^2/2
        [1.0, 0.0]

    References:
        Kwon, Kim, Park, Choi: ASAM: adaptive sharpness-aware minimization for scale-invariant learning of
        deep neural networks, 2021, algorithm 1 with p = 2 and the elementwise normalization of section 3; eta
        and the exception of biases as in the authors' code.
    """

    plugin = "optimizer 'asam'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        rho: float = 0.5,
        eta: float = 0.01,
        inner: OptimizerChoice = MOMENTUM,
        lr: float | None = None,
    ) -> None:
        require(0 <= eta < inf, self.plugin, "eta", eta, ">= 0 and finite")
        super().__init__(parameters, rho=rho, inner=inner, lr=lr)
        self.eta = eta
        self._size = self.new_state(1)

    def write_ascent(self, out: Array) -> None:
        """Writes e, the way to the worst point."""
        parameters, size = self.parameters, self._size
        weights = slice(parameters.decayed)
        np.abs(parameters.values[weights], out=size[weights])
        size[weights] += self.eta
        np.multiply(parameters.gradients, size, out=out)
        length = sqrt(kernels.sum_of_squares(out))
        out *= size
        out *= self.rho / (length + EPSILON)
