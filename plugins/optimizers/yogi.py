"""Yogi."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, subtract_ratio
from convlab_plugins.optimizers.ranges import not_negative


@claims(elementwise=True, keeps_gradients=True)
class Yogi(MomentOptimizer):
    """Yogi: Adam whose mean square moves by no more than the new square, however far away it is.

    m = beta1 m + (1 - beta1) g;  s = s + (1 - beta2) sign(g^2 - s) g^2
    w = w - lr m'/(sqrt(s') + epsilon),  m' = m/(1 - beta1^t),  s' = s/(1 - beta2^t),
    with weight_decay w added to g

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. With the large epsilon, steps are smaller than Adam's: the paper's 0.01
            is ten times Adam's rate.
        betas: part of the mean that is kept, and one minus the part of a square that is added or taken
            off, both in [0, 1).
        initial_accumulator: s before the first step, >= 0: 1e-6 as in Optax and TensorFlow; 0 in the paper.
        epsilon: added to the root, > 0; the paper finds 0.001 better than Adam's 1e-8.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = Yogi(ParameterBuffers([weight], np.float64), initial_accumulator=1.0)
        >>> weight.gradient[...] = [[2.0, 0.5]]
        >>> optimizer.step(optimizer.lr)
        >>> optimizer.mean_square.round(6).tolist()  # 1 + 0.001 * 4 and 1 - 0.001 * 0.25
        [1.004, 0.99975]

    References:
        Zaheer, Reddi, Sachan, Kale, Kumar: Adaptive methods for nonconvex optimization, 2018, algorithm 2.
        Both means are unbiased as in Optax and TensorFlow; the paper unbiases neither. Optax begins m, too,
        with the initial accumulator.
    """

    plugin = "optimizer 'yogi'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.01,
        betas: tuple[float, float] = (0.9, 0.999),
        initial_accumulator: float = 1e-6,
        epsilon: float = 1e-3,
        weight_decay: float = 0.0,
    ) -> None:
        start = not_negative(self.plugin, "initial_accumulator", initial_accumulator)
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.mean_square[...] = start
        self.pieces = self.cut(self.mean, self.mean_square, scratch=2)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate m'/(sqrt(s') + epsilon)."""
        (mean, square), (new, work) = piece.states, piece.scratch[:2]
        blend(mean, self.betas[0], g, work)
        np.multiply(g, g, out=new)
        np.subtract(new, square, out=work)
        np.sign(work, out=work)
        new *= work
        new *= 1 - self.betas[1]
        square += new
        unbias_mean, unbias_root = self.unbiasing()
        subtract_ratio(piece.values, mean, self.root(square, unbias_root, work), rate * unbias_mean, work)
