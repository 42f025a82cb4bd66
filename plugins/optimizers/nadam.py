"""NAdam."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, blend_squares, subtract_ratio
from convlab_plugins.optimizers.ranges import not_negative


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class NAdam(MomentOptimizer):
    """NAdam: Adam with Nesterov's look ahead, and a momentum that warms up.

    m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g^2
    w = w - lr ((1 - mu_t)/(1 - mu_1...mu_t) g + mu_t+1/(1 - mu_1...mu_t+1) m)/(sqrt(s') + epsilon)
    mu_t = beta1 (1 - 0.96^(t momentum_decay)/2),  s' = s/(1 - beta2^t),  g with weight_decay w added

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0.
        betas: parts of the mean and of the mean square that are kept, both in [0, 1).
        epsilon: added to the root, > 0.
        momentum_decay: how fast the momentum mu grows from beta1/2 to beta1, >= 0; 0.004 takes it nine
            tenths of the way in 14,000 steps.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = NAdam(ParameterBuffers([weight], np.float64), lr=1.0, momentum_decay=0.0)
        >>> weight.gradient[...] = 3.0
        >>> optimizer.step(optimizer.lr)
        >>> round(float(weight.value[0, 0]), 6)  # -1 - 0.1 * 0.45/(1 - 0.45^2)
        -1.056426

    References:
        Dozat: Incorporating Nesterov momentum into Adam, 2016, algorithm 2, with the schedule of mu of its
        section 2 in the form of PyTorch: m is a running mean with a constant beta1, and mu only weighs it
        against the gradient. In Keras momentum_decay is 1; Optax has no schedule, and mu = beta1.
    """

    plugin = "optimizer 'nadam'"
    state_names = ("mean", "mean_square", "momentum_product")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.002,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        momentum_decay: float = 0.004,
        weight_decay: float = 0.0,
    ) -> None:
        self.momentum_decay = not_negative(self.plugin, "momentum_decay", momentum_decay)
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.momentum_product = np.ones(1)
        self.pieces = self.cut(self.mean, self.mean_square, scratch=2)

    def momentum(self, step: int) -> float:
        """mu of a step."""
        warm: float = 1 - 0.5 * 0.96 ** (step * self.momentum_decay)
        return self.betas[0] * warm

    def update(self, rate: float) -> None:
        """Brings the product of all mu up to date, then changes every piece."""
        self.momentum_product *= self.momentum(self.steps)
        super().update(rate)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate (a g + b m)/(sqrt(s') + epsilon)."""
        (mean, square), (step, work) = piece.states, piece.scratch[:2]
        blend(mean, self.betas[0], g, work)
        blend_squares(square, self.betas[1], g, work)
        product, ahead = float(self.momentum_product[0]), self.momentum(self.steps + 1)
        np.multiply(g, (1 - self.momentum(self.steps)) / (1 - product), out=step)
        step += np.multiply(mean, ahead / (1 - product * ahead), out=work)
        subtract_ratio(piece.values, step, self.root(square, self.unbiasing()[1], work), rate, step)
