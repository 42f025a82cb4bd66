"""Plain gradient descent."""

from convlab import kernels
from convlab.plugin import ParameterBuffers, claims
from convlab_plugins.optimizers.base import FlatOptimizer


@claims(elementwise=True, keeps_gradients=True)
class SGD(FlatOptimizer):
    """Stochastic gradient descent: a step against the gradient of the batch.

    w = w - lr (g + weight_decay w)

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. Without momentum the rate has to be large: 0.1 suits normalized images
            and batches of 32 to 128.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = SGD(ParameterBuffers([weight]), lr=0.5)
        >>> weight.gradient[...] = [[1.0, -2.0]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.tolist()
        [[-0.5, 1.0]]

    References:
        Robbins, Monro: A stochastic approximation method, 1951. Frameworks agree, except that
        PyTorch decays biases and normalization parameters too unless they are put in a group of their own.
    """

    plugin = "optimizer 'sgd'"

    def __init__(self, parameters: ParameterBuffers, *, lr: float = 0.1, weight_decay: float = 0.0) -> None:
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)

    def update(self, rate: float) -> None:
        """w = w - rate g."""
        parameters = self.parameters
        kernels.sgd_update(parameters.values, parameters.gradients, rate=rate, **self.decay)
