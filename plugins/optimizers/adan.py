"""Adan."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, blend_squares


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class Adan(MomentOptimizer):
    """Adan: Adam along the mean gradient and the mean of its changes, which looks ahead as Nesterov does.

    m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) d,  d = g - the last g
    s = beta3 s + (1 - beta3) (g + beta2 d)^2
    w = (w - lr (m' + beta2 v')/(sqrt(s') + epsilon))/(1 + lr weight_decay)
    m' = m/(1 - beta1^t), and so on

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. The first step moves every weight by lr; the paper takes 5 to 10 times
            Adam's rate.
        betas: parts of the mean, of the mean change and of the mean square that are kept, all in [0, 1).
        epsilon: added to the root, > 0.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0. It divides, which no rate can
            take too far.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = Adan(ParameterBuffers([weight], np.float64), lr=0.5)
        >>> weight.gradient[...] = [[4.0, -0.25]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()
        [[-0.5, 0.5]]

    References:
        Xie, Zhou, Li, Lin, Yan: Adan: adaptive Nesterov momentum algorithm for faster optimizing deep models,
        2022, algorithm 1. Betas say what is kept, 0.98, 0.92 and 0.99, as in the authors' code; in
        the paper what is added, 0.02, 0.08 and 0.01. Means are unbiased and the first change is 0 as there.
        The decay is the paper's; the code offers a factor 1 - lr weight_decay as well. Optax, which has the
        paper's 1 - beta2 before v' and d but says what is kept, looks ahead by 0.08 there and not by 0.92.
    """

    plugin = "optimizer 'adan'"
    state_names = ("mean", "mean_change", "mean_square", "last_gradient")
    beta_count = 3

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.005,
        betas: tuple[float, float, float] = (0.98, 0.92, 0.99),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.mean_change, self.last_gradient = self.new_state(), self.new_state()
        self.pieces = self.cut(self.mean, self.mean_change, self.mean_square, self.last_gradient, scratch=2)

    def decayed_gradients(self, piece: Piece, rate: float) -> Array:
        """The bare gradients: decay comes last."""
        return piece.gradients

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = (w - rate (m' + beta2 v')/(sqrt(s') + epsilon))/(1 + rate weight_decay)."""
        (mean, mean_change, square, last), (step, work) = piece.states, piece.scratch[:2]
        beta1, beta2, beta3 = self.betas
        unbias_mean, unbias_change, unbias_square = (1 / (1 - beta**self.steps) for beta in self.betas)
        blend(mean, beta1, g, work)
        np.subtract(g, g if self.steps == 1 else last, out=step)
        np.copyto(last, g)
        blend(mean_change, beta2, step, work)
        step *= beta2
        step += g
        blend_squares(square, beta3, step, work)
        np.multiply(mean, unbias_mean, out=step)
        step += np.multiply(mean_change, beta2 * unbias_change, out=work)
        step /= self.root(square, unbias_square**0.5, work)
        step *= rate
        np.subtract(piece.values, step, out=piece.values)
        if piece.decays:
            np.divide(piece.values, 1 + rate * self.weight_decay, out=piece.values)
