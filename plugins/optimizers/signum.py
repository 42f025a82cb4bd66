"""Signum."""

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer, blend
from convlab_plugins.optimizers.ranges import kept_part
from convlab_plugins.optimizers.signsgd import step_along_signs


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class Signum(PiecewiseOptimizer):
    """Signum, signSGD with momentum: every weight moves by the rate along the sign of the mean gradient.

    m = momentum m + (1 - momentum) g;  w = (1 - lr weight_decay) w - lr sign(m)

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0: how far every weight moves in every step.
        momentum: part of the mean that is kept, in [0, 1); 0 is `signsgd`.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = Signum(ParameterBuffers([weight]), lr=0.5)
        >>> for gradient in (4.0, -1.0):  # the mean stays above 0
        ...     weight.gradient[...] = gradient
        ...     optimizer.step(optimizer.lr)
        >>> float(weight.value[0, 0])
        -1.0

    References:
        Bernstein, Wang, Azizzadenesheli, Anandkumar: signSGD: compressed optimisation for non-convex
        problems, 2018, algorithm 2. The decay is decoupled as in `signsgd`; MXNet's Signum offers both kinds.
    """

    plugin = "optimizer 'signum'"
    state_names = ("mean",)
    decoupled = True

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        self.momentum = kept_part(self.plugin, "momentum", momentum)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.mean = self.new_state()
        self.pieces = self.cut(self.mean, scratch=1)

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = w - rate sign(m)."""
        (mean,), work = piece.states, piece.scratch[0]
        blend(mean, self.momentum, g, work)
        step_along_signs(piece.values, mean, rate, work)
