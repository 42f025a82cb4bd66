"""Gradient centralization."""

from convlab.plugin import Array, OptimizerChoice, ParameterBuffers
from convlab_plugins.optimizers.wrappers.base import MOMENTUM, Wrapper


class GradientCentralization(Wrapper):
    """Gradient centralization: the gradient of every filter loses its mean.

    g_k = g_k - mean(g_k),  for the weights into each output k of convolutions and dense layers

    Args:
        parameters: what is updated, in place.
        inner: the optimizer that steps along the gradients.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = GradientCentralization(ParameterBuffers([weight]), inner="sgd", lr=1.0)
        >>> weight.gradient[...] = [[3.0, 1.0]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.tolist()
        [[-1.0, 1.0]]

    References:
        Yong, Huang, Hua, Zhang: Gradient centralization: a new optimization technique for deep neural
        networks, 2020, equation 1. The mean is taken before weight decay is added, where the authors' code
        has both orders. An output with a single weight keeps its gradient, which is all mean.
    """

    plugin = "optimizer 'gradient_centralization'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        inner: OptimizerChoice = MOMENTUM,
        lr: float | None = None,
    ) -> None:
        super().__init__(parameters, inner, lr)

    def change(self, gradients: Array) -> None:
        """Takes the mean off every filter's gradient."""
        for gradient in self.parameters.views(gradients):
            if gradient.ndim > 1 and gradient[0].size > 1:
                gradient -= gradient.mean(axis=tuple(range(1, gradient.ndim)), keepdims=True)
