"""signSGD."""

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class SignSGD(PiecewiseOptimizer):
    """Gradient descent by the signs alone: every weight moves by the rate.

    w = (1 - lr weight_decay) w - lr sign(g)

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0: how far every weight moves in every step.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 3))
        >>> optimizer = SignSGD(ParameterBuffers([weight]), lr=0.5)
        >>> weight.gradient[...] = [[4.0, 0.0, -0.25]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.tolist()
        [[-0.5, 0.0, 0.5]]

    References:
        Bernstein, Wang, Azizzadenesheli, Anandkumar: signSGD: compressed optimisation for non-convex
        problems, 2018, algorithm 1. The decay is decoupled, since all that a sign lets through of a coupled
        one is a vote.
    """

    plugin = "optimizer 'signsgd'"
    decoupled = True

    def __init__(self, parameters: ParameterBuffers, *, lr: float = 0.001, weight_decay: float = 0.0) -> None:
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.pieces = self.cut(scratch=1)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate sign(g)."""
        step_along_signs(piece.values, g, rate, piece.scratch[0])


def step_along_signs(values: Array, direction: Array, rate: float, scratch: Array) -> None:
    """Takes a step in place, by way of a scratch array: values = values - rate sign(direction).

    Example:
        >>> values = np.array([1.0, 1.0])
        >>> step_along_signs(values, np.array([3.0, -5.0]), 0.5, np.empty(2))
        >>> values.tolist()
        [0.5, 1.5]
    """
    np.sign(direction, out=scratch)
    scratch *= rate
    values -= scratch
