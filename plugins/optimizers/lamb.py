"""LAMB."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.lars import norm
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, blend_squares


@claims(keeps_gradients=True, scale_invariant=True)
class LAMB(MomentOptimizer):
    """LAMB: Adam in which the step of every layer is in proportion to the norm of its weights.

    m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g^2;  d = m'/(sqrt(s') + epsilon) + weight_decay w
    w = w - lr |w|/|d| d for conv and dense weights, w = w - lr d for the other parameters
    m' = m/(1 - beta1^t),  s' = s/(1 - beta2^t)

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0: the part of its norm by which a layer moves.
        betas: parts of the mean and of the mean square that are kept, both in [0, 1).
        epsilon: added to the root, > 0.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0. It turns the step of a layer
            towards 0, whose length remains.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = LAMB(ParameterBuffers([weight], np.float64), lr=0.2)
        >>> weight.value[...] = [[3.0, 4.0]]
        >>> weight.gradient[...] = [[0.0, 0.1]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()  # a fifth of 5 along the gradient
        [[3.0, 3.0]]

    References:
        You, Li, Reddi, Hseu, Kumar, Bhojanapalli, Song, Demmel, Keutzer, Hsieh: Large batch optimization for
        deep learning: training BERT in 76 minutes, 2020, algorithm 2, with the identity for phi. The ratio is
        1 where a norm is 0, as in the authors' code, which leaves out biases and normalization, too; Optax
        has a ratio for every parameter.
    """

    plugin = "optimizer 'lamb'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.01,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.pieces = self.cut_by_parameter(self.mean, self.mean_square, scratch=2)

    def decayed_gradients(self, piece: Piece, rate: float) -> Array:
        """The bare gradients: decay is a part of the step."""
        return piece.gradients

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate |w|/|d| d."""
        (mean, square), (step, work) = piece.states, piece.scratch[:2]
        blend(mean, self.betas[0], g, work)
        blend_squares(square, self.betas[1], g, work)
        unbias_mean, unbias_root = self.unbiasing()
        np.divide(mean, self.root(square, unbias_root, work), out=step)
        step *= unbias_mean
        if piece.decays:
            step += np.multiply(piece.values, self.weight_decay, out=work)
            weights, length = norm(piece.values), norm(step)
            rate *= weights / length if weights > 0 and length > 0 else 1.0
        step *= rate
        np.subtract(piece.values, step, out=piece.values)
