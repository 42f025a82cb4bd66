"""What the relatives of Adam share: a running mean of the gradient and one of its squares."""

from math import sqrt
from typing import ClassVar

import numpy as np

from convlab.plugin import Array, ParameterBuffers
from convlab_plugins.optimizers.pieces import PiecewiseOptimizer
from convlab_plugins.optimizers.ranges import kept_parts, positive


class MomentOptimizer(PiecewiseOptimizer):
    """An optimizer with the running means of Adam, written piece by piece.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0.
        betas: parts of the mean and of the mean square that are kept, all in [0, 1).
        epsilon: what keeps the denominator from 0, > 0.
        weight_decay: see `PiecewiseOptimizer`; >= 0.

    Raises:
        ConfigError: if a setting is out of range.
    """

    state_names: ClassVar[tuple[str, ...]] = ("mean", "mean_square")
    beta_count: ClassVar[int] = 2

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float,
        betas: tuple[float, ...],
        epsilon: float,
        weight_decay: float,
    ) -> None:
        self.betas = kept_parts(self.plugin, "betas", betas, self.beta_count)
        self.epsilon = positive(self.plugin, "epsilon", epsilon)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.mean, self.mean_square = self.new_state(), self.new_state()

    def unbiasing(self) -> tuple[float, float]:
        """What makes the mean, and the root of the mean square, of this step unbiased when multiplied by."""
        beta1, beta2 = self.betas[:2]
        return 1 / (1 - beta1**self.steps), 1 / sqrt(1 - beta2**self.steps)

    def root(self, mean_square: Array, correction: float, scratch: Array) -> Array:
        """sqrt(mean_square) correction + epsilon, in the scratch array."""
        np.sqrt(mean_square, out=scratch)
        scratch *= correction
        scratch += self.epsilon
        return scratch
