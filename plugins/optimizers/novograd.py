"""NovoGrad."""

from math import sqrt

import numpy as np

from convlab import kernels
from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer
from convlab_plugins.optimizers.ranges import kept_parts, positive


@claims(keeps_gradients=True, scale_invariant=True)
class NovoGrad(PiecewiseOptimizer):
    """NovoGrad: momentum along gradients that are divided by the running norm of their layer's.

    s = beta2 s + (1 - beta2) |g|^2, one number for every parameter, s = |g|^2 at first
    m = beta1 m + g/(sqrt(s) + epsilon) + weight_decay w;  w = w - lr m

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. A steady gradient moves a layer by lr/(1 - beta1), whatever its size.
        betas: parts of the velocity and of the mean square norm that are kept, both in [0, 1).
        epsilon: added to the norm, > 0.
        weight_decay: factor of the weights in the velocity, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = NovoGrad(ParameterBuffers([weight], np.float64), lr=0.5)
        >>> weight.gradient[...] = [[3.0, -4.0]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()
        [[-0.3, 0.4]]

    References:
        Ginsburg, Castonguay, Hrinchuk, Kuchaiev, Lavrukhin, Leary, Li, Nguyen, Zhang, Cohen: Stochastic
        gradient methods with layer-wise adaptive moments for training of deep networks, 2019, algorithm 1.
        The rate stands outside the velocity as there.
    """

    plugin = "optimizer 'novograd'"
    state_names = ("velocity", "mean_square_norm")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.03,
        betas: tuple[float, float] = (0.95, 0.98),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.betas = kept_parts(self.plugin, "betas", betas)
        self.epsilon = positive(self.plugin, "epsilon", epsilon)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.velocity = self.new_state()
        self.mean_square_norm = np.zeros(len(parameters.trained))
        self.pieces = self.cut_by_parameter(self.velocity, scratch=1)

    def normalized(self, piece: Piece, number: int) -> Array:
        """g/(sqrt(s) + epsilon) + weight_decay w of parameter `number`, whose s is brought up to date."""
        kept = self.betas[1] if self.steps > 1 else 0.0
        square = kept * self.mean_square_norm[number] + (1 - kept) * kernels.sum_of_squares(piece.gradients)
        self.mean_square_norm[number] = square
        g = np.divide(piece.gradients, sqrt(square) + self.epsilon, out=piece.scratch[-1])
        if piece.decays:
            g += np.multiply(piece.values, self.weight_decay, out=piece.scratch[0])
        return g

    def update(self, rate: float) -> None:
        """Changes every parameter."""
        for number, piece in enumerate(self.pieces):
            self.change(piece, self.normalized(piece, number), float(rate))

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """m = beta1 m + g;  w = w - rate m."""
        (velocity,), work = piece.states, piece.scratch[0]
        velocity *= self.betas[0]
        velocity += g
        np.multiply(velocity, rate, out=work)
        np.subtract(piece.values, work, out=piece.values)
