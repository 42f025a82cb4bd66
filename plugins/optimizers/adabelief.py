"""AdaBelief."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, blend_squares, subtract_ratio


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class AdaBelief(MomentOptimizer):
    """AdaBelief: Adam that divides by how far gradients stray from their mean, not by how large they are.

    m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) (g - m)^2 + epsilon
    w = (1 - lr weight_decay) w - lr m'/(sqrt(s') + epsilon),  m' = m/(1 - beta1^t),  s' = s/(1 - beta2^t)

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. Where gradients hardly change, steps grow far beyond it.
        betas: parts of the mean and of the mean square deviation that are kept, both in [0, 1).
        epsilon: added to the deviation at every step, and to its root, > 0.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = AdaBelief(ParameterBuffers([weight], np.float64), lr=0.9, betas=(0.75, 0.75))
        >>> weight.gradient[...] = [[4.0, -0.25]]  # they stray by 3/4 of themselves from m = g/4
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()
        [[-1.2, 1.2]]

    References:
        Zhuang, Tang, Ding, Tatikonda, Dvornek, Papademetris, Duncan: AdaBelief optimizer: adapting stepsizes
        by the belief in observed gradients, 2020, algorithm 2. Epsilon is the 1e-16 of the authors' code and
        of Optax; the paper's 1e-8, which adds up under the root to 1e-8/(1 - beta2), damps small gradients.
        The decay is decoupled as in the code's default.
    """

    plugin = "optimizer 'adabelief'"
    decoupled = True

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-16,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.pieces = self.cut(self.mean, self.mean_square, scratch=1)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate m'/(sqrt(s') + epsilon)."""
        (mean, square), work = piece.states, piece.scratch[0]
        blend(mean, self.betas[0], g, work)
        np.subtract(g, mean, out=work)
        blend_squares(square, self.betas[1], work, work)
        square += self.epsilon
        unbias_mean, unbias_root = self.unbiasing()
        subtract_ratio(piece.values, mean, self.root(square, unbias_root, work), rate * unbias_mean, work)
