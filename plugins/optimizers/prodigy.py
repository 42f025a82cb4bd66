"""Prodigy."""

from math import inf, sqrt

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, blend_squares, subtract_ratio
from convlab_plugins.optimizers.ranges import positive


@claims(keeps_gradients=True, scale_invariant=True)
class Prodigy(MomentOptimizer):
    """Prodigy: D-Adaptation that weighs later gradients more, and so finds the rate of Adam sooner.

    m = beta1 m + (1 - beta1) d g;  s = beta2 s + (1 - beta2) (d g)^2
    r = b r + lr d^2 sum(g (w_0 - w));  v = b v + lr d^2 g,  b = sqrt(beta2)
    w = (1 - lr d weight_decay) w - lr d m/(sqrt(s) + d' epsilon)
    d' = max(d, min(factor r/sum|v|, growth d)) is the d of the next step

    Args:
        parameters: what is updated, in place.
        lr: factor of the rate, > 0; 1 is the paper's.
        betas: parts of the mean and of the mean square that are kept, both in [0, 1).
        initial_distance: d before the first step, > 0. Far below the way to go it grows exponentially, so a
            smaller one costs some steps; one above it is never taken back.
        factor: factor of the distance that is found, > 0; what to tune first, says the paper's code.
        growth: largest factor by which d grows in a step, > 1; without limit by default.
        epsilon: added to the root, in units of d, > 0.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = Prodigy(ParameterBuffers([weight], np.float64))
        >>> for _ in range(100):  # the solution is at 1
        ...     weight.gradient[...] = weight.value - 1.0
        ...     optimizer.step(optimizer.lr)
        >>> round(float(weight.value[0, 0]), 2)
        1.0

    References:
        Mishchenko, Defazio: Prodigy: an expeditiously adaptive parameter-free learner, 2024, algorithm 4, in
        which r and v have a factor 1 - b each, which cancels. As in the authors' code both are divided by the
        square of the first d against underflow, and epsilon stands with the new d. The paper and the code
        start from 1e-6, and train for long. Optax unbiases the rate, which in the code is a choice.
    """

    plugin = "optimizer 'prodigy'"
    state_names = ("mean", "mean_square", "weighted_sum", "start", "distance", "numerator")
    decoupled = True

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 1.0,
        betas: tuple[float, float] = (0.9, 0.999),
        initial_distance: float = 1e-4,
        factor: float = 1.0,
        growth: float = inf,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.initial_distance = positive(self.plugin, "initial_distance", initial_distance)
        self.factor = positive(self.plugin, "factor", factor)
        require(growth > 1, self.plugin, "growth", growth, "> 1")
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.growth = float(growth)
        self.weighted_sum, self.start = self.new_state(), self.new_state()
        self.distance, self.numerator = np.array([self.initial_distance]), np.zeros(1)
        self.pieces = self.cut(self.mean, self.mean_square, self.weighted_sum, self.start, scratch=2)

    def update(self, rate: float) -> None:
        """Finds the distance from all gradients, then changes every piece by the one before."""
        if self.steps == 1:
            self.start[...] = self.parameters.values
        distance, rate = float(self.distance[0]), float(rate)
        growth = distance / self.initial_distance
        weight, product, size = rate * growth * growth, 0.0, 0.0
        for piece in self.pieces:
            along, absolute = self.measure(piece, distance, weight)
            product += along
            size += absolute
        self.numerator *= sqrt(self.betas[1])
        self.numerator += weight * product
        if size != 0:  # NaN must not stop here
            found = self.factor * float(self.numerator[0]) / size
            self.distance[0] = max(distance, min(found, distance * self.growth))
            super().update(rate * distance)

    def measure(self, piece: Piece, distance: float, weight: float) -> tuple[float, float]:
        """Brings the states of a piece up to date; returns sum(g (w_0 - w)) and sum|v|."""
        (mean, square, weighted, start), (product, work), g = piece.states, piece.scratch[:2], piece.gradients
        np.subtract(start, piece.values, out=product)
        product *= g
        along = float(np.sum(product))
        np.multiply(g, distance, out=product)
        blend(mean, self.betas[0], product, work)
        blend_squares(square, self.betas[1], product, work)
        weighted *= sqrt(self.betas[1])
        weighted += np.multiply(g, weight, out=work)
        return along, float(np.sum(np.abs(weighted, out=work)))

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate m/(sqrt(s) + d' epsilon)."""
        (mean, square, _, _), work = piece.states, piece.scratch[0]
        np.sqrt(square, out=work)
        work += float(self.distance[0]) * self.epsilon
        subtract_ratio(piece.values, mean, work, rate, work)
