"""Adamax."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer, blend, subtract_ratio
from convlab_plugins.optimizers.ranges import kept_parts, positive


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class Adamax(PiecewiseOptimizer):
    """Adamax: Adam with the largest gradient, slowly forgotten, in the place of the root mean square.

    m = beta1 m + (1 - beta1) g;  u = max(beta2 u, |g| + epsilon)
    w = w - lr/(1 - beta1^t) m/u,  g with weight_decay w added

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. No weight moves by more in a step of steady gradients; 0.002 is the
            paper's.
        betas: parts of the mean and of the largest gradient that are kept, both in [0, 1).
        epsilon: added to the size of the gradient, > 0.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = Adamax(ParameterBuffers([weight], np.float64), lr=0.5)
        >>> weight.gradient[...] = [[4.0, -0.25]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()
        [[-0.5, 0.5]]

    References:
        Kingma, Ba: Adam: a method for stochastic optimization, 2015, algorithm 2. The paper has no epsilon
        (and divides by 0 until a gradient comes); it stands inside the maximum as in PyTorch. Keras adds it
        to u.
    """

    plugin = "optimizer 'adamax'"
    state_names = ("mean", "largest")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.002,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.betas = kept_parts(self.plugin, "betas", betas)
        self.epsilon = positive(self.plugin, "epsilon", epsilon)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.mean, self.largest = self.new_state(), self.new_state()
        self.pieces = self.cut(self.mean, self.largest, scratch=1)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate/(1 - beta1^t) m/u."""
        (mean, largest), work = piece.states, piece.scratch[0]
        blend(mean, self.betas[0], g, work)
        largest *= self.betas[1]
        np.abs(g, out=work)
        work += self.epsilon
        np.maximum(largest, work, out=largest)
        subtract_ratio(piece.values, mean, largest, rate / (1 - self.betas[0] ** self.steps), work)
