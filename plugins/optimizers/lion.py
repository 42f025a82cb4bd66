"""Lion."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer, blend
from convlab_plugins.optimizers.ranges import kept_parts
from convlab_plugins.optimizers.signsgd import step_along_signs


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class Lion(PiecewiseOptimizer):
    """Lion: every weight moves by the rate, along the sign of a mean that weighs the new gradient more.

    w = (1 - lr weight_decay) w - lr sign(beta1 m + (1 - beta1) g);  then m = beta2 m + (1 - beta2) g

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0: how far every weight moves in every step. The paper advises a third to a
            tenth of AdamW's for long trainings.
        betas: parts of the mean that count for the sign and that are kept, both in [0, 1).
        weight_decay: decoupled decay, on conv and dense weights only; >= 0. With the smaller rate it wants
            to be 3 to 10 times AdamW's.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = Lion(ParameterBuffers([weight]), lr=0.5)
        >>> weight.gradient[...] = [[4.0, -0.25]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.tolist()
        [[-0.5, 0.5]]

    References:
        Chen, Liang, Huang, Real, Wang, Liu, Pham, Dong, Luong, Hsieh, Lu, Le: Symbolic discovery of
        optimization algorithms, 2023, algorithm 2. The defaults of the decay differ: 0 here and in the
        authors' code, 0.001 in Optax.
    """

    plugin = "optimizer 'lion'"
    state_names = ("mean",)
    decoupled = True

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        self.betas = kept_parts(self.plugin, "betas", betas)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.mean = self.new_state()
        self.pieces = self.cut(self.mean, scratch=2)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate sign(beta1 m + (1 - beta1) g)."""
        (mean,), (direction, work) = piece.states, piece.scratch[:2]
        np.copyto(direction, mean)
        blend(direction, self.betas[0], g, work)
        step_along_signs(piece.values, direction, rate, work)
        blend(mean, self.betas[1], g, work)
