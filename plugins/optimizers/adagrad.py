"""Adagrad."""

from convlab import kernels
from convlab.plugin import ParameterBuffers, claims
from convlab_plugins.optimizers.base import FlatOptimizer
from convlab_plugins.optimizers.ranges import not_negative, positive


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class Adagrad(FlatOptimizer):
    """Adagrad: every weight has a rate that falls with the sum of its squared gradients.

    s = s + g^2;  w = w - lr g/(sqrt(s) + epsilon),  g with weight_decay w added

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. The first step moves every weight by lr, so the default is small.
        initial_accumulator: s before the first step, >= 0: 0 as in PyTorch; Keras and TensorFlow take 0.1,
            which damps the first steps.
        epsilon: added to the root, > 0.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = Adagrad(ParameterBuffers([weight]), lr=0.5)
        >>> weight.gradient[...] = [[4.0, -0.25]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.tolist()
        [[-0.5, 0.5]]

    References:
        Duchi, Hazan, Singer: Adaptive subgradient methods for online learning and stochastic optimization,
        2011, figure 1, the diagonal form. Epsilon stands outside the root as in the paper (there delta) and
        PyTorch; Keras has sqrt(s + epsilon).
    """

    plugin = "optimizer 'adagrad'"
    state_names = ("squares",)

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.01,
        initial_accumulator: float = 0.0,
        epsilon: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        start = not_negative(self.plugin, "initial_accumulator", initial_accumulator)
        self.epsilon = positive(self.plugin, "epsilon", epsilon)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.squares = self.new_state(start)

    def update(self, rate: float) -> None:
        """s = s + g^2;  w = w - rate g/(sqrt(s) + epsilon)."""
        parameters = self.parameters
        kernels.adagrad_update(
            parameters.values,
            parameters.gradients,
            self.squares,
            rate=rate,
            epsilon=self.epsilon,
            **self.decay,
        )
