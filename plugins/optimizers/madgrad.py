"""MADGRAD."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer
from convlab_plugins.optimizers.ranges import kept_part, positive


@claims(elementwise=True, keeps_gradients=True)
class MADGRAD(PiecewiseOptimizer):
    """MADGRAD: the start less the weighted sum of all gradients, over the cube root of that of their squares.

    u = lr sqrt(t);  s = s + u g;  v = v + u g^2;  z = w_0 - s/(cbrt(v) + epsilon)
    w = momentum w + (1 - momentum) z,  g with weight_decay w added

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0.
        momentum: part of the values that is kept, in [0, 1).
        epsilon: added to the cube root, > 0.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0. It wants to be smaller than
            for SGD, mostly 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = MADGRAD(ParameterBuffers([weight], np.float64), lr=0.125, momentum=0.0)
        >>> weight.gradient[...] = 8.0
        >>> optimizer.step(optimizer.lr)
        >>> round(float(weight.value[0, 0]), 5)  # -0.125 * 8/cbrt(0.125 * 64)
        -0.5

    References:
        Defazio, Jelassi: Adaptivity without compromise: a momentumized, adaptive, dual averaged gradient
        method for stochastic optimization, 2021, algorithm 1. The authors' code adds epsilon to the rate as
        well. The values before the first step are part of the state.
    """

    plugin = "optimizer 'madgrad'"
    state_names = ("start", "gradient_sum", "square_sum")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.01,
        momentum: float = 0.9,
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        self.momentum = kept_part(self.plugin, "momentum", momentum)
        self.epsilon = positive(self.plugin, "epsilon", epsilon)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.start, self.gradient_sum, self.square_sum = (self.new_state() for _ in range(3))
        self.pieces = self.cut(self.start, self.gradient_sum, self.square_sum, scratch=2)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = momentum w + (1 - momentum) (w_0 - s/(cbrt(v) + epsilon))."""
        (start, total, squares), (step, work) = piece.states, piece.scratch[:2]
        if self.steps == 1:
            np.copyto(start, piece.values)
        np.multiply(g, rate * self.steps**0.5, out=step)
        total += step
        step *= g
        squares += step
        np.cbrt(squares, out=work)
        work += self.epsilon
        np.divide(total, work, out=step)
        np.subtract(start, step, out=step)
        step *= 1 - self.momentum
        np.multiply(piece.values, self.momentum, out=piece.values)
        np.add(piece.values, step, out=piece.values)
