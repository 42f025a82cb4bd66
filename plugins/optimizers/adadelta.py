"""Adadelta."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer, blend_squares
from convlab_plugins.optimizers.ranges import kept_part, positive


@claims(elementwise=True, keeps_gradients=True)
class Adadelta(PiecewiseOptimizer):
    """Adadelta: the gradient over its running root mean square, times that of the steps taken before.

    s = decay s + (1 - decay) g^2;  d = sqrt(u + epsilon)/sqrt(s + epsilon) g
    u = decay u + (1 - decay) d^2;  w = w - lr d,  g with weight_decay w added

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. The paper has none, which is 1: steps have the units of the weights.
        decay: part of both mean squares that is kept, in [0, 1).
        epsilon: added under both roots, > 0. The first step is of the size of its root, so it sets how fast
            the start is.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = Adadelta(ParameterBuffers([weight], np.float64), decay=0.75, epsilon=1.0)
        >>> weight.gradient[...] = 3.0
        >>> optimizer.step(optimizer.lr)
        >>> round(float(weight.value[0, 0]), 6)  # -3/sqrt(0.25 * 9 + 1)
        -1.664101

    References:
        Zeiler: Adadelta: an adaptive learning rate method, 2012, algorithm 1. PyTorch, with decay 0.9, has
        the same defaults; the paper and Keras take 0.95, and Keras a rate of 0.001, at which it barely moves.
    """

    plugin = "optimizer 'adadelta'"
    state_names = ("mean_square", "mean_square_step")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 1.0,
        decay: float = 0.9,
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        self.keep = kept_part(self.plugin, "decay", decay)
        self.epsilon = positive(self.plugin, "epsilon", epsilon)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.mean_square, self.mean_square_step = self.new_state(), self.new_state()
        self.pieces = self.cut(self.mean_square, self.mean_square_step, scratch=2)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate sqrt(u + epsilon)/sqrt(s + epsilon) g."""
        (square, square_step), (step, work) = piece.states, piece.scratch[:2]
        blend_squares(square, self.keep, g, work)
        np.add(square_step, self.epsilon, out=step)
        np.add(square, self.epsilon, out=work)
        step /= work
        np.sqrt(step, out=step)
        step *= g
        blend_squares(square_step, self.keep, step, work)
        step *= rate
        np.subtract(piece.values, step, out=piece.values)
