"""Schedule-free AdamW."""

from math import inf

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.beyond_gradients.schedule_free import ScheduleFree


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class ScheduleFreeAdamW(ScheduleFree):
    """Schedule-free AdamW: a mean of the weights takes the place of Adam's momentum and of a falling rate.

    s = beta2 s + (1 - beta2) g^2;  z = z - lr (g/(sqrt(s/(1 - beta2^t)) + epsilon) + weight_decay y)
    x = (1 - c) x + c z;  y = (1 - beta1) z + beta1 x

    The gradient g is taken at y, which is trained; x is evaluated. c is lr^2 over the sum of all lr^2, with
    the largest rate so far, so 1/t at a constant rate.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0; best with the schedule `constant`, or a warm-up to it.
        betas: how near y is to x, in (0, 1), and the part of the mean square that is kept, in [0, 1).
        epsilon: added to the root, > 0.
        weight_decay: decoupled decay at y, on conv and dense weights only, >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = ScheduleFreeAdamW(ParameterBuffers([weight], np.float64), lr=0.5)
        >>> weight.gradient[...] = [[4.0, -0.25]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()
        [[-0.5, 0.5]]

    References:
        Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky: The road less scheduled, 2024, algorithm 1, with
        the largest rate so far in the weights as in the authors' code. The mean square is unbiased under the
        root as in that code; in the algorithm the rate is multiplied by sqrt(1 - beta2^t).
    """

    plugin = "optimizer 'schedule_free_adamw'"
    state_names = (*ScheduleFree.state_names, "mean_square")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.0025,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        in_range = len(betas) == 2 and 0 < betas[0] < 1 and 0 <= betas[1] < 1
        require(in_range, self.plugin, "betas", tuple(betas), "one number in (0, 1) and one in [0, 1)")
        require(0 < epsilon < inf, self.plugin, "epsilon", epsilon, "> 0 and finite")
        super().__init__(parameters, lr=lr, beta=float(betas[0]), weight_decay=weight_decay)
        self.keep, self.epsilon = float(betas[1]), epsilon
        self.mean_square = np.zeros_like(parameters.values)

    def write_direction(self, out: Array) -> None:
        """The gradient over its unbiased root mean square."""
        gradients = self.parameters.gradients
        np.multiply(gradients, gradients, out=out)
        out *= 1 - self.keep
        self.mean_square *= self.keep
        self.mean_square += out
        np.divide(self.mean_square, 1 - self.keep**self.steps, out=out)
        np.sqrt(out, out=out)
        out += self.epsilon
        np.divide(gradients, out, out=out)
