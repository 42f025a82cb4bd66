"""RAdam."""

from math import sqrt

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, blend_squares, subtract_ratio


@claims(elementwise=True, keeps_gradients=True)
class RAdam(MomentOptimizer):
    """RAdam: Adam that trusts its mean square only as far as it rests on enough gradients.

    m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g^2
    w = w - lr r m'/(sqrt(s') + epsilon) where rho > 5, else w = w - lr m',  with weight_decay w added to g
    r^2 = (rho - 4)(rho - 2) R/((R - 4)(R - 2) rho),  rho = R - 2t beta2^t/(1 - beta2^t),
    R = 2/(1 - beta2) - 1,  m' = m/(1 - beta1^t),  s' = s/(1 - beta2^t)

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. The first five steps at the default betas are those of momentum, and r
            then grows from 0 to 1 over some 1/(1 - beta2) steps: short trainings want more than Adam's rate.
        betas: parts of the mean and of the mean square that are kept, both in [0, 1).
        epsilon: added to the root before its bias is taken out, > 0.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = RAdam(ParameterBuffers([weight]), lr=0.5)
        >>> weight.gradient[...] = 3.0
        >>> optimizer.step(optimizer.lr)
        >>> round(float(weight.value[0, 0]), 5)  # the bare gradient
        -1.5

    References:
        Liu, Jiang, He, Chen, Liu, Gao, Han: On the variance of the adaptive learning rate and beyond, 2020,
        algorithm 2. Two forms are PyTorch's: the threshold 5, which is 4 in the paper, and epsilon, which is
        added to the biased root. The paper has no decay; it is coupled as PyTorch's default, decoupled in
        the authors' code.
    """

    plugin = "optimizer 'radam'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.01,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.pieces = self.cut(self.mean, self.mean_square, scratch=1)

    def rectification(self) -> float:
        """r of this step, or 0 where the variance is out of control."""
        beta2 = self.betas[1]
        limit = 2 / (1 - beta2) - 1
        length = limit - 2 * self.steps * beta2**self.steps / (1 - beta2**self.steps)
        if length <= 5:
            return 0.0
        return sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate r m'/(sqrt(s') + epsilon), or w - rate m'."""
        (mean, square), work = piece.states, piece.scratch[0]
        blend(mean, self.betas[0], g, work)
        blend_squares(square, self.betas[1], g, work)
        unbias_mean, unbias_root = self.unbiasing()
        rectification = self.rectification()
        if rectification == 0:
            np.multiply(mean, rate * unbias_mean, out=work)
            np.subtract(piece.values, work, out=piece.values)
            return
        factor = rate * unbias_mean * rectification / unbias_root
        subtract_ratio(piece.values, mean, self.root(square, 1.0, work), factor, work)
