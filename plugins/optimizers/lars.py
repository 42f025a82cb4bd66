"""LARS."""

from math import sqrt

import numpy as np

from convlab import kernels
from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer
from convlab_plugins.optimizers.ranges import kept_part, positive


@claims(keeps_gradients=True)
class LARS(PiecewiseOptimizer):
    """LARS: momentum in which the step of every layer is in proportion to the norm of its weights.

    q = trust |w|/(|g| + weight_decay |w|) for conv and dense weights, 1 for the other parameters
    v = momentum v + q (g + weight_decay w);  w = w - lr v

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. A layer moves by lr trust of its norm before momentum.
        momentum: part of the velocity that is kept, in [0, 1).
        trust: the paper's eta, > 0. The paper's 0.001 goes with rates of 1 to 30, at which biases, whose
            ratio is 1, would run away: here both are moderate.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = LARS(ParameterBuffers([weight]), lr=0.5, trust=0.5)
        >>> weight.value[...] = [[3.0, 4.0]]
        >>> weight.gradient[...] = [[0.0, 0.1]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.tolist()  # a quarter of 5 along the gradient
        [[3.0, 2.75]]

    References:
        You, Gitman, Ginsburg: Large batch training of convolutional networks, 2017, algorithm 1. The rate
        stands outside the velocity as in `momentum`; in the paper it is inside. The ratio is 1 where a norm
        is 0, and for biases, scales and shifts, as in most code since; the paper and Optax have a ratio for
        these as well.
    """

    plugin = "optimizer 'lars'"
    state_names = ("velocity",)

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.1,
        momentum: float = 0.9,
        trust: float = 0.05,
        weight_decay: float = 0.0,
    ) -> None:
        self.momentum = kept_part(self.plugin, "momentum", momentum)
        self.trust = positive(self.plugin, "trust", trust)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.velocity = self.new_state()
        self.pieces = self.cut_by_parameter(self.velocity, scratch=1)

    def ratio(self, piece: Piece) -> float:
        """q of one parameter."""
        if not piece.decays:
            return 1.0
        weights, gradients = norm(piece.values), norm(piece.gradients)
        bottom = gradients + self.weight_decay * weights
        return self.trust * weights / bottom if weights > 0 and gradients > 0 else 1.0

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """v = momentum v + q g;  w = w - rate v."""
        (velocity,), work = piece.states, piece.scratch[0]
        velocity *= self.momentum
        velocity += np.multiply(g, self.ratio(piece), out=work)
        np.multiply(velocity, rate, out=work)
        np.subtract(piece.values, work, out=piece.values)


def norm(array: Array) -> float:
    """The Euclidean norm.

    Example:
        >>> norm(np.array([3.0, 4.0]))
        5.0
    """
    return sqrt(kernels.sum_of_squares(array))
