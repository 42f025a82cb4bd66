"""AdEMAMix."""

from math import exp, log

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, blend_squares, subtract_ratio
from convlab_plugins.optimizers.ranges import not_negative


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class AdEMAMix(MomentOptimizer):
    """AdEMAMix: Adam along two mean gradients, one of the last steps and one of the last thousands.

    m = beta1 m + (1 - beta1) g;  n = beta3 n + (1 - beta3) g;  s = beta2 s + (1 - beta2) g^2
    w = (1 - lr weight_decay) w - lr (m' + alpha n)/(sqrt(s') + epsilon),
    m' = m/(1 - beta1^t),  s' = s/(1 - beta2^t)

    In the first `warmup` steps alpha grows in a line from 0, and the half-life of n from that of m:
    beta3_t = exp(log(beta1) log(beta3)/((1 - u) log(beta3) + u log(beta1))), u = t/warmup.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0.
        betas: parts of the fast mean, of the mean square and of the slow mean that are kept, all in
            [0, 1), and for a warm-up the first and the last > 0.
        alpha: weight of the slow mean, >= 0; 0 is AdamW.
        warmup: number of steps until alpha and beta3 have their values, >= 0. The paper takes the whole
            training; 0 has them at once, and the slow mean, which is not unbiased, warms up by itself.
        epsilon: added to the root, > 0.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = AdEMAMix(ParameterBuffers([weight], np.float64), lr=0.5, betas=(0.9, 0.999, 0.99))
        >>> weight.gradient[...] = 4.0
        >>> optimizer.step(optimizer.lr)
        >>> round(float(weight.value[0, 0]), 6)  # -0.5 (1 + 5 * 0.01)
        -0.525

    References:
        Pagliardini, Ablin, Grangier: The AdEMAMix optimizer: better, faster, older, 2024, algorithm 1 and
        section 3 for the warm-up. Alpha is 5 as in the code of the paper's appendix and Optax; the authors'
        PyTorch code has 2.
    """

    plugin = "optimizer 'ademamix'"
    state_names = ("mean", "mean_square", "slow_mean")
    beta_count = 3
    decoupled = True

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        betas: tuple[float, float, float] = (0.9, 0.999, 0.9999),
        alpha: float = 5.0,
        warmup: int = 0,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        may_warm_up = not warmup or len(betas) < 3 or (betas[0] > 0 and betas[2] > 0)
        require(may_warm_up, self.plugin, "betas", tuple(betas), "> 0 at both ends for a warm-up")
        self.alpha = not_negative(self.plugin, "alpha", alpha)
        self.warmup = not_negative(self.plugin, "warmup", warmup)
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.slow_mean = self.new_state()
        self.pieces = self.cut(self.mean, self.mean_square, self.slow_mean, scratch=2)

    def warm(self) -> tuple[float, float]:
        """alpha and beta3 of this step."""
        beta1, _, beta3 = self.betas
        if self.steps >= self.warmup:
            return self.alpha, beta3
        part = self.steps / self.warmup
        fast, slow = log(beta1), log(beta3)
        return self.alpha * part, min(exp(fast * slow / ((1 - part) * slow + part * fast)), beta3)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate (m' + alpha n)/(sqrt(s') + epsilon)."""
        (mean, square, slow), (step, work) = piece.states, piece.scratch[:2]
        alpha, beta3 = self.warm()
        blend(mean, self.betas[0], g, work)
        blend(slow, beta3, g, work)
        blend_squares(square, self.betas[1], g, work)
        unbias_mean, unbias_root = self.unbiasing()
        np.multiply(mean, unbias_mean, out=step)
        step += np.multiply(slow, alpha, out=work)
        subtract_ratio(piece.values, step, self.root(square, unbias_root, work), rate, step)
