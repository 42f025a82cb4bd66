"""ADOPT."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.moments import MomentOptimizer
from convlab_plugins.optimizers.pieces import Piece, blend, blend_squares


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class ADOPT(MomentOptimizer):
    """ADOPT: Adam that divides a gradient by the mean square of those before it, and then takes the mean.

    m = beta1 m + (1 - beta1) clip(g/max(sqrt(s), epsilon), t^(1/4))
    w = (1 - lr weight_decay) w - lr m;  then s = beta2 s + (1 - beta2) g^2
    with t = 0, 1, ...; step 0 moves nothing: s = g^2

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0.
        betas: parts of the mean and of the mean square that are kept, both in [0, 1).
        epsilon: least value of the root, > 0.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = ADOPT(ParameterBuffers([weight], np.float64), lr=1.0, betas=(0.75, 0.9))
        >>> for gradient in (4.0, 2.0):
        ...     weight.gradient[...] = gradient
        ...     optimizer.step(optimizer.lr)
        >>> float(weight.value[0, 0])  # -(1 - 0.75) * 2/4
        -0.125

    References:
        Taniguchi, Harada, Minegishi, Oshima, Jeong, Nagahara, Iiyama, Suzuki, Iwasawa, Matsuo: ADOPT:
        modified Adam can converge with any beta2 with the optimal rate, 2024, algorithm 2, with the clipping
        at t^(1/4) of the authors' code. The decay is decoupled; the code's default is coupled.
    """

    plugin = "optimizer 'adopt'"
    decoupled = True

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.9999),
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)
        self.pieces = self.cut(self.mean, self.mean_square, scratch=2)

    def decayed_gradients(self, piece: Piece, rate: float) -> Array:
        """The gradients; the first step does not shrink the values either."""
        return piece.gradients if self.steps == 1 else super().decayed_gradients(piece, rate)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate m, with the mean square of the steps before."""
        (mean, square), (step, work) = piece.states, piece.scratch[:2]
        if self.steps == 1:
            np.multiply(g, g, out=square)
            return
        np.sqrt(square, out=work)
        np.maximum(work, self.epsilon, out=work)
        np.divide(g, work, out=step)
        bound = (self.steps - 1) ** 0.25
        np.clip(step, -bound, bound, out=step)
        blend(mean, self.betas[0], step, work)
        np.multiply(mean, rate, out=step)
        np.subtract(piece.values, step, out=piece.values)
        blend_squares(square, self.betas[1], g, work)
