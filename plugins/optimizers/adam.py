"""Adam."""

from convlab import kernels
from convlab.plugin import ParameterBuffers, claims
from convlab_plugins.optimizers.base import FlatOptimizer
from convlab_plugins.optimizers.ranges import kept_parts, positive


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class Adam(FlatOptimizer):
    """Adam: running mean of the gradient over the root of its running mean square, both unbiased.

    m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g^2
    w = w - lr m'/(sqrt(s') + epsilon),  m' = m/(1 - beta1^t),  s' = s/(1 - beta2^t)
    with weight_decay w added to g

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. The first step moves every weight by lr; 0.001 is the paper's.
        betas: parts of the mean and of the mean square that are kept, both in [0, 1).
        epsilon: added to the root, > 0.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0. Adam divides it by the root
            like the gradient; `adamw` does not.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = Adam(ParameterBuffers([weight], np.float64), lr=0.5)
        >>> weight.gradient[...] = [[4.0, -0.25]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()
        [[-0.5, 0.5]]

    References:
        Kingma, Ba: Adam: a method for stochastic optimization, 2015, algorithm 1. Epsilon is added to the
        unbiased root, as in the algorithm, PyTorch and Optax; Keras and TensorFlow use the variant at the end
        of section 2, where it is added to the biased root and so has another size in the first steps.
    """

    plugin = "optimizer 'adam'"
    state_names = ("mean", "mean_square")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        beta1, beta2 = kept_parts(self.plugin, "betas", betas)
        self.betas, self.epsilon = (beta1, beta2), positive(self.plugin, "epsilon", epsilon)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.mean, self.mean_square = self.new_state(), self.new_state()

    def update(self, rate: float) -> None:
        """w = w - rate m'/(sqrt(s') + epsilon)."""
        parameters = self.parameters
        kernels.adam_update(
            parameters.values,
            parameters.gradients,
            self.mean,
            self.mean_square,
            rate=rate,
            betas=self.betas,
            epsilon=self.epsilon,
            step=self.steps,
            **self.decay,
        )
