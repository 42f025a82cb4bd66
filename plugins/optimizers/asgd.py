"""Averaged SGD."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer
from convlab_plugins.optimizers.ranges import not_negative


@claims(elementwise=True, keeps_gradients=True)
class ASGD(PiecewiseOptimizer):
    """Averaged SGD: gradient descent at a falling rate, with the average of where it has been beside it.

    r = lr/(1 + shrinkage lr (t - 1))^power;  w = (1 - shrinkage r) w - r g,  g with weight_decay w added
    average = average + (w - average)/max(1, t - average_from)

    Args:
        parameters: what is updated, in place. They hold w; the averages are in the attribute `average`, in
            the order of the buffer of values, and in checkpoints.
        lr: base learning rate, > 0.
        shrinkage: decoupled decay, of conv and dense weights only, and how fast the rate falls; >= 0.
        power: how fast the rate falls, >= 0.
        average_from: number of steps before averaging begins, >= 0; until then the average is w.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = ASGD(ParameterBuffers([weight]), lr=1.0, shrinkage=0.0, average_from=0)
        >>> for gradient in (1.0, 2.0):
        ...     weight.gradient[...] = gradient
        ...     optimizer.step(optimizer.lr)
        >>> float(weight.value[0, 0]), float(optimizer.average[0])  # -1, then -3
        (-3.0, -2.0)

    References:
        Polyak, Juditsky: Acceleration of stochastic approximation by averaging, 1992; rates as in Xu: Towards
        optimal one pass large scale learning with averaged stochastic gradient descent, 2011. PyTorch has
        this form, and begins to average as late; its t0 is average_from - 1, and its shrinkage
        acts on biases, too.
    """

    plugin = "optimizer 'asgd'"
    state_names = ("average",)

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.1,
        shrinkage: float = 1e-4,
        power: float = 0.75,
        average_from: int = 1_000_000,
        weight_decay: float = 0.0,
    ) -> None:
        self.shrinkage = not_negative(self.plugin, "shrinkage", shrinkage)
        self.power = not_negative(self.plugin, "power", power)
        self.average_from = not_negative(self.plugin, "average_from", average_from)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.average = self.new_state()
        self.pieces = self.cut(self.average, scratch=1)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = (1 - shrinkage r) w - r g, and the average of w."""
        (average,), work, values = piece.states, piece.scratch[0], piece.values
        rate /= (1 + self.shrinkage * rate * (self.steps - 1)) ** self.power
        np.multiply(g, rate, out=work)
        if piece.decays and self.shrinkage:
            np.multiply(values, 1 - self.shrinkage * rate, out=values)
        values -= work
        averaged = max(1.0, self.steps - self.average_from)
        if averaged == 1:
            np.copyto(average, values)
            return
        np.subtract(values, average, out=work)
        work /= averaged
        average += work
