"""Sophia."""

from math import inf

import numpy as np

from convlab.plugin import Optimizer, ParameterBuffers
from convlab_plugins.checks import require


class Sophia(Optimizer):
    """Sophia-G: momentum over a diagonal of the Hessian, cut off where that is too small.

    m = beta1 m + (1 - beta1) g;  h = beta2 h + (1 - beta2) B g_s^2,  every `every` steps
    w = (1 - lr weight_decay) w - lr clip(m/max(gamma h, epsilon), 1)

    g_s is the gradient of the batch of B images against labels drawn from the model's own outputs: B g_s^2 is
    the Gauss-Newton-Bartlett estimate of the diagonal.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0; no weight moves further in a step.
        betas: parts of m and h that are kept, both in [0, 1).
        gamma: what h is multiplied with, > 0: the smaller, the more weights move by lr.
        epsilon: least divisor, > 0.
        every: steps between estimates of the diagonal, >= 1.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Closure, Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> class Flat(Closure):
        ...     examples = 4
        ...     def __call__(self):
        ...         return 0.0
        ...     def with_sampled_labels(self, look=None):
        ...         weight.gradient[...] = [[0.0, 1.0]]
        ...         return 0.0
        >>> optimizer = Sophia(ParameterBuffers([weight], np.float64), lr=1.0, betas=(0.0, 0.0), gamma=0.5)
        >>> weight.gradient[...] = [[1.0, 1.0]]
        >>> optimizer.step(optimizer.lr, Flat())
        >>> weight.value.tolist()  # clipped where h is 0; over 0.5 * 4 * 1^2
        [[-1.0, -0.5]]

    References:
        Liu, Li, Hall, Liang, Ma: Sophia: a scalable stochastic second-order optimizer for language model
        pre-training, 2023, algorithms 2 and 3. The decay is multiplied by the rate, as there; there the
        estimate is taken on a batch of its own, here on that of the step. Hutchinson's estimate (Sophia-H)
        needs products with the Hessian, which the engine does not compute.
    """

    plugin = "optimizer 'sophia'"
    state_names = ("mean", "curvature")
    needs_closure = True

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.96, 0.99),
        gamma: float = 0.01,
        epsilon: float = 1e-12,
        every: int = 10,
        weight_decay: float = 0.0,
    ) -> None:
        in_range = len(betas) == 2 and all(0 <= beta < 1 for beta in betas)
        require(0 < lr < inf, self.plugin, "lr", lr, "> 0 and finite")
        require(in_range, self.plugin, "betas", tuple(betas), "two numbers in [0, 1)")
        require(0 < gamma < inf, self.plugin, "gamma", gamma, "> 0 and finite")
        require(0 < epsilon < inf, self.plugin, "epsilon", epsilon, "> 0 and finite")
        require(every >= 1, self.plugin, "every", every, ">= 1")
        require(0 <= weight_decay < inf, self.plugin, "weight_decay", weight_decay, ">= 0 and finite")
        super().__init__(parameters, lr)
        self.betas, self.gamma, self.epsilon = (float(betas[0]), float(betas[1])), gamma, epsilon
        self.every, self.weight_decay = every, weight_decay
        self.mean, self.curvature = np.zeros_like(parameters.values), np.zeros_like(parameters.values)
        self._scratch = np.empty_like(parameters.values)

    def update(self, rate: float) -> None:
        """w = (1 - rate weight_decay) w - rate clip(m/max(gamma h, epsilon), 1)."""
        parameters, scratch = self.parameters, self._scratch
        np.multiply(parameters.gradients, 1 - self.betas[0], out=scratch)
        self.mean *= self.betas[0]
        self.mean += scratch
        if (self.steps - 1) % self.every == 0:
            self._estimate()
        parameters.values[: parameters.decayed] *= 1 - rate * self.weight_decay
        np.multiply(self.curvature, self.gamma, out=scratch)
        np.maximum(scratch, self.epsilon, out=scratch)
        np.divide(self.mean, scratch, out=scratch)
        np.clip(scratch, -1, 1, out=scratch)
        scratch *= rate
        parameters.values -= scratch

    def _estimate(self) -> None:
        """h = beta2 h + (1 - beta2) B g_s^2."""
        assert self.closure is not None
        self.closure.with_sampled_labels()
        gradients, scratch = self.parameters.gradients, self._scratch
        np.multiply(gradients, gradients, out=scratch)
        scratch *= (1 - self.betas[1]) * self.closure.examples
        self.curvature *= self.betas[1]
        self.curvature += scratch
