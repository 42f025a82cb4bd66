"""Gradient descent with momentum."""

from convlab import kernels
from convlab.plugin import ParameterBuffers, claims
from convlab_plugins.optimizers.base import FlatOptimizer
from convlab_plugins.optimizers.ranges import kept_part


@claims(elementwise=True, keeps_gradients=True)
class Momentum(FlatOptimizer):
    """Heavy-ball momentum: the step follows a decaying sum of all gradients.

    v = momentum v + g + weight_decay w;  w = w - lr v

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. A steady gradient is followed at lr/(1 - momentum), so the default is a
            tenth of plain SGD's.
        momentum: part of the velocity that is kept, in [0, 1).
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = Momentum(ParameterBuffers([weight]), lr=1.0, momentum=0.5)
        >>> weight.gradient[...] = 1.0
        >>> optimizer.step(optimizer.lr)
        >>> optimizer.step(optimizer.lr)
        >>> float(weight.value[0, 0])  # -1 - 1.5
        -2.5

    References:
        Polyak: Some methods of speeding up the convergence of iteration methods, 1964. The rate
        stands outside the velocity as in PyTorch; in Keras and in the paper it is inside (v = momentum v - lr
        g; w = w + v). Both are the same at a constant rate; when the rate falls, here the old velocity slows
        at once.
    """

    plugin = "optimizer 'momentum'"
    state_names = ("velocity",)
    looks_ahead = False

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.01,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        self.momentum = kept_part(self.plugin, "momentum", momentum)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.velocity = self.new_state()

    def update(self, rate: float) -> None:
        """v = momentum v + g;  w = w - rate v, or as `nesterov` has it."""
        parameters = self.parameters
        kernels.momentum_update(
            parameters.values,
            parameters.gradients,
            self.velocity,
            rate=rate,
            momentum=self.momentum,
            nesterov=self.looks_ahead,
            **self.decay,
        )
