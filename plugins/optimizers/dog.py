"""DoG."""

from math import sqrt

import numpy as np

from convlab import kernels
from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.lars import norm
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer
from convlab_plugins.optimizers.ranges import positive


@claims(keeps_gradients=True, scale_invariant=True)
class DoG(PiecewiseOptimizer):
    """DoG: gradient descent at a rate of its own, distance over gradients, which wants no tuning.

    r = max(r, |w - w_0|);  s = s + |g|^2;  w = w - lr r/sqrt(s + epsilon) g,  g with weight_decay w added
    r = initial_distance (1 + |w_0|) before the first step

    Args:
        parameters: what is updated, in place.
        lr: factor of the rate that is found, > 0; 1 is the paper's.
        initial_distance: r before the first step, relative to 1 + |w_0|; > 0. From far below the way
            to go, r first grows exponentially: a smaller one costs steps, and is
            safe where a larger one is not.
        epsilon: added to the sum of squares, > 0.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = DoG(ParameterBuffers([weight], np.float64), initial_distance=0.25)
        >>> weight.gradient[...] = [[3.0, -4.0]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()  # a quarter along the gradient
        [[-0.15, 0.2]]

    References:
        Ivgi, Hinder, Carmon: DoG is SGD's best friend: a parameter-free dynamic step size schedule, 2023,
        equation 2. Its guarantees are for an average of the values, which is not taken here: see the wrappers
        that average. The paper starts from 1e-6 to 1e-4, and trains for long.
    """

    plugin = "optimizer 'dog'"
    state_names = ("start", "distance", "sum_of_squares")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 1.0,
        initial_distance: float = 0.05,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.initial_distance = positive(self.plugin, "initial_distance", initial_distance)
        self.epsilon = positive(self.plugin, "epsilon", epsilon)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.start, self.distance, self.sum_of_squares = self.new_state(), np.zeros(1), np.zeros(1)
        self.pieces = self.cut(self.start, scratch=1)

    def update(self, rate: float) -> None:
        """Measures distance and gradients, then changes every piece."""
        if self.steps == 1:
            self.start[...] = self.parameters.values
            self.distance[0] = self.initial_distance * (1 + norm(self.start))
        moved = sum(map(self.square_distance, self.pieces))
        self.distance[0] = max(self.distance[0], sqrt(moved))
        self.sum_of_squares += sum(
            kernels.sum_of_squares(self.decayed_gradients(piece, rate)) for piece in self.pieces
        )
        super().update(rate * self.distance[0] / sqrt(self.sum_of_squares[0] + self.epsilon))

    def square_distance(self, piece: Piece) -> float:
        """|w - w_0|^2 of a piece."""
        np.subtract(piece.values, piece.states[0], out=piece.scratch[0])
        return kernels.sum_of_squares(piece.scratch[0])

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate g."""
        np.multiply(g, rate, out=piece.scratch[0])
        np.subtract(piece.values, piece.scratch[0], out=piece.values)
