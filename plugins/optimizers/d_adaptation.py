"""D-Adaptation, for Adam."""

from math import inf, sqrt

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, blend_squares, subtract_ratio
from convlab_plugins.optimizers.ranges import positive


@claims(keeps_gradients=True, scale_invariant=True)
class DAdaptation(MomentOptimizer):
    """D-Adaptation: Adam at a rate of its own, an estimate of the way to go that only grows.

    m = beta1 m + (1 - beta1) lr d g;  s = beta2 s + (1 - beta2) g^2,  g with weight_decay w added
    r = b r + (1 - b) lr d sum(g v/(sqrt(s) + epsilon));  then v = b v + (1 - b) lr d g,  b = sqrt(beta2)
    d = max(d, min(r/((1 - b) sum|v|), growth d));  w = w - m/(sqrt(s) + epsilon)

    Args:
        parameters: what is updated, in place.
        lr: factor of the rate that is found, > 0; 1 is the paper's.
        betas: parts of the mean and of the mean square that are kept, both in [0, 1).
        initial_distance: d before the first step, > 0. Far below the way to go it grows exponentially, so a
            smaller one costs some steps; one above it is never taken back.
        growth: largest factor by which d grows in a step, > 1; without limit by default.
        epsilon: added to the root, > 0.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = DAdaptation(ParameterBuffers([weight], np.float64))
        >>> for _ in range(100):  # the solution is at 1
        ...     weight.gradient[...] = weight.value - 1.0
        ...     optimizer.step(optimizer.lr)
        >>> round(float(weight.value[0, 0]), 2)
        1.0

    References:
        Defazio, Mishchenko: Learning-rate-free learning by D-adaptation, 2023, the algorithm for Adam,
        whose means stay biased. The paper and the authors' code start from 1e-6, and train for long. Optax
        unbiases the rate, and divides v by the root of the mean square before this step.
    """

    plugin = "optimizer 'd_adaptation'"
    state_names = ("mean", "mean_square", "weighted_sum", "distance", "numerator")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 1.0,
        betas: tuple[float, float] = (0.9, 0.999),
        initial_distance: float = 1e-4,
        growth: float = inf,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        distance = positive(self.plugin, "initial_distance", initial_distance)
        require(growth > 1, self.plugin, "growth", growth, "> 1")
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.growth = float(growth)
        self.weighted_sum, self.distance, self.numerator = self.new_state(), np.array([distance]), np.zeros(1)
        self.pieces = self.cut(self.mean, self.mean_square, self.weighted_sum, scratch=2)

    def update(self, rate: float) -> None:
        """Finds the distance from all gradients, then changes every piece."""
        distance, kept = float(self.distance[0]), sqrt(self.betas[1])
        step, product, size = float(rate) * distance, 0.0, 0.0
        for piece in self.pieces:
            along, weight = self.measure(piece, self.decayed_gradients(piece, rate), step)
            product += along
            size += weight
        self.numerator *= kept
        self.numerator += (1 - kept) * step * product
        if size != 0:
            found = float(self.numerator[0]) / ((1 - kept) * size)
            self.distance[0] = max(distance, min(found, distance * self.growth))
        for piece in self.pieces:
            self.change(piece, piece.gradients, 1.0)

    def measure(self, piece: Piece, g: Array, step: float) -> tuple[float, float]:
        """Brings the states of a piece up to date; returns sum(g v/(sqrt(s) + epsilon)) and sum|v|."""
        (mean, square, weighted), (product, work) = piece.states, piece.scratch[:2]
        kept = sqrt(self.betas[1])
        blend_squares(square, self.betas[1], g, work)
        np.divide(weighted, self.root(square, 1.0, work), out=product)
        product *= g
        along = float(np.sum(product))
        np.multiply(g, step, out=product)
        blend(mean, self.betas[0], product, work)
        blend(weighted, kept, product, work)
        return along, float(np.sum(np.abs(weighted, out=work)))

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - m/(sqrt(s) + epsilon), m having the rate in it."""
        (mean, square, _), work = piece.states, piece.scratch[0]
        subtract_ratio(piece.values, mean, self.root(square, 1.0, work), rate, work)
