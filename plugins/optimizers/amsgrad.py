"""AMSGrad."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, blend_squares, subtract_ratio


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class AMSGrad(MomentOptimizer):
    """AMSGrad: Adam whose denominator never falls, so that rates never grow again.

    m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g^2;  u = max(u, s)
    w = w - lr m'/(sqrt(u') + epsilon),  m' = m/(1 - beta1^t),  u' = u/(1 - beta2^t),
    with weight_decay w added to g

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. The first step moves every weight by lr.
        betas: parts of the mean and of the mean square that are kept, both in [0, 1).
        epsilon: added to the root, > 0.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = AMSGrad(ParameterBuffers([weight], np.float64), lr=0.5)
        >>> weight.gradient[...] = [[4.0, -0.25]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()
        [[-0.5, 0.5]]

    References:
        Reddi, Kale, Kumar: On the convergence of Adam and beyond, 2018, algorithm 2. Mean and maximum are
        unbiased as in PyTorch, the maximum being that of the biased mean squares; Optax takes the maximum of
        the unbiased ones, and the paper unbiases neither.
    """

    plugin = "optimizer 'amsgrad'"
    state_names = ("mean", "mean_square", "largest_mean_square")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.largest_mean_square = self.new_state()
        self.pieces = self.cut(self.mean, self.mean_square, self.largest_mean_square, scratch=1)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate m'/(sqrt(u') + epsilon)."""
        (mean, square, largest), work = piece.states, piece.scratch[0]
        blend(mean, self.betas[0], g, work)
        blend_squares(square, self.betas[1], g, work)
        np.maximum(largest, square, out=largest)
        unbias_mean, unbias_root = self.unbiasing()
        subtract_ratio(piece.values, mean, self.root(largest, unbias_root, work), rate * unbias_mean, work)
