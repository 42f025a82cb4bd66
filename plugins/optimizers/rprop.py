"""Rprop."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class Rprop(PiecewiseOptimizer):
    """Rprop: every weight has its own step, which grows while its gradient keeps its sign and else shrinks.

    d = clip(d grow, smallest, largest) where g keeps its sign, clip(d shrink, smallest, largest) and g = 0
    where it changes it;  w = w - d sign(g);  d = lr before the first step,  g with weight_decay w added

    Args:
        parameters: what is updated, in place.
        lr: first step of every weight, > 0. A schedule's factor multiplies all steps.
        factors: what the step shrinks and grows by: one number in (0, 1), one > 1. Made for the whole set as
            one batch; where gradients of small batches change signs by chance, steps shrink unless the
            product of the factors is near 1.
        limits: smallest and largest step, 0 < smallest <= largest.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = Rprop(ParameterBuffers([weight], np.float64), lr=1.0, factors=(0.5, 1.2))
        >>> for gradients in ([4.0, 1.0], [2.0, -1.0], [2.0, -1.0]):
        ...     weight.gradient[...] = gradients
        ...     optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()  # -1 - 1.2 - 1.44 and -1 + 0 + 0.5
        [[-3.64, -0.5]]

    References:
        Riedmiller, Braun: A direct adaptive method for faster backpropagation learning: the RPROP algorithm,
        1993; in the form of Igel, Hüsken: Improving the Rprop learning algorithm, 2000, iRprop-, which does
        not take the last step back where the sign changes. PyTorch has this form, and the factors 0.5 and
        1.2 and limits 1e-6 and 50 of the paper as defaults; it has no decay.
    """

    plugin = "optimizer 'rprop'"
    state_names = ("last_gradient", "step_size")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        factors: tuple[float, float] = (0.5, 1.2),
        limits: tuple[float, float] = (1e-6, 50.0),
        weight_decay: float = 0.0,
    ) -> None:
        fitting = len(factors) == 2 and 0 < factors[0] < 1 < factors[1] < np.inf
        require(fitting, self.plugin, "factors", tuple(factors), "one number in (0, 1) and one > 1")
        ordered = len(limits) == 2 and 0 < limits[0] <= limits[1] < np.inf
        require(ordered, self.plugin, "limits", tuple(limits), "two numbers, 0 < smallest <= largest")
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.factors = (float(factors[0]), float(factors[1]))
        self.limits = (float(limits[0]), float(limits[1]))
        self.last_gradient, self.step_size = self.new_state(), self.new_state(lr)
        self.pieces = self.cut(self.last_gradient, self.step_size, scratch=2)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate/lr d sign(g)."""
        (last, size), (sign, work) = piece.states, piece.scratch[:2]
        shrink, grow = self.factors
        np.multiply(g, last, out=sign)
        np.sign(sign, out=sign)
        # the parabola through (-1, shrink), (0, 1) and (1, grow)
        np.multiply(sign, (grow + shrink) / 2 - 1, out=work)
        work += (grow - shrink) / 2
        work *= sign
        work += 1
        size *= work
        np.clip(size, *self.limits, out=size)
        sign += 1
        np.minimum(sign, 1, out=sign)
        np.multiply(g, sign, out=last)
        np.sign(last, out=work)
        work *= size
        work *= rate / self.lr
        np.subtract(piece.values, work, out=piece.values)
