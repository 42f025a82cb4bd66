"""Sophia."""

from math import inf, sqrt
from typing import Literal

import numpy as np

from convlab import kernels
from convlab.plugin import Optimizer, ParameterBuffers, generator
from convlab_plugins.checks import require

Diagonal = Literal["gauss_newton_bartlett", "hutchinson"]


class Sophia(Optimizer):
    """Sophia: momentum over a diagonal of the Hessian, cut off where that is too small.

    m = beta1 m + (1 - beta1) g;  h = beta2 h + (1 - beta2) d,  every `every` steps
    w = (1 - lr weight_decay) w - lr clip(m/max(gamma h, epsilon), 1)
    d = B g_s^2 (Sophia-G), or d = u (g(w + r u) - g(w - r u))/(2 r) (Sophia-H)

    g_s is the gradient of the batch of B images against labels drawn from the model's own outputs: B g_s^2 is
    the Gauss-Newton-Bartlett estimate of the diagonal, and costs one more gradient. u are random signs: u H u
    is Hutchinson's estimate, and costs two. The product H u is the difference of the gradients at both sides,
    r being the cube root of the rounding error times the root mean square of the weights.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0; no weight moves further in a step.
        betas: parts of m and h that are kept, both in [0, 1).
        gamma: what h is multiplied with, > 0: the smaller, the more weights move by lr.
        epsilon: least divisor, > 0.
        every: steps between estimates of the diagonal, >= 1.
        diagonal: ``"gauss_newton_bartlett"``, never negative, for losses of a softmax; or ``"hutchinson"``,
            for any loss, whose signs depend on the number of the step alone.
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
        estimate is taken on a batch of its own, here on that of the step. For Sophia-H the paper and Optax
        multiply with the Hessian by automatic differentiation; Optax unbiases m, and takes a new h from the
        next step on.
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
        diagonal: Diagonal = "gauss_newton_bartlett",
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
        self.every, self.diagonal, self.weight_decay = every, diagonal, weight_decay
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
        """h = beta2 h + (1 - beta2) d."""
        if self.diagonal == "hutchinson":
            self._write_hutchinson()
        else:
            self._write_gauss_newton_bartlett()
        self._scratch *= 1 - self.betas[1]
        self.curvature *= self.betas[1]
        self.curvature += self._scratch

    def _write_gauss_newton_bartlett(self) -> None:
        """d = B g_s^2."""
        assert self.closure is not None
        self.closure.with_sampled_labels()
        gradients = self.parameters.gradients
        np.multiply(gradients, gradients, out=self._scratch)
        self._scratch *= self.closure.examples

    def _write_hutchinson(self) -> None:
        """d = u (g(w + r u) - g(w - r u))/(2 r), on the batch of the step."""
        assert self.closure is not None
        values, gradients, scratch = self.parameters.values, self.parameters.gradients, self._scratch
        signs = generator(0, "sophia", self.steps).integers(0, 2, values.size).astype(values.dtype) * 2 - 1
        size = sqrt(kernels.sum_of_squares(values) / values.size) or 1.0
        reach = float(np.cbrt(np.finfo(values.dtype).eps)) * size
        kept = values.copy()
        values += reach * signs
        self.closure()
        scratch[...] = gradients
        np.subtract(kept, reach * signs, out=values)
        self.closure()
        scratch -= gradients
        scratch *= signs
        scratch /= 2 * reach
        values[...] = kept
