"""Clipping of the gradient's norm."""

from math import inf, sqrt

from convlab import kernels
from convlab.plugin import Array, OptimizerChoice, ParameterBuffers
from convlab_plugins.checks import require
from convlab_plugins.optimizers.wrappers.base import MOMENTUM, Wrapper

EPSILON = 1e-6


class ClipByNorm(Wrapper):
    """Clipping by norm: the gradient of all parameters together is shortened where it is too long.

    g = g min(1, norm/(|g| + 1e-6))

    Args:
        parameters: what is updated, in place.
        norm: longest gradient, > 0.
        inner: the optimizer that steps along the gradients.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = ClipByNorm(ParameterBuffers([weight]), norm=1.0, inner="sgd", lr=1.0)
        >>> weight.gradient[...] = [[3.0, -4.0]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(3).tolist()
        [[-0.6000000238418579, 0.800000011920929]]

    References:
        Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, 2013, algorithm 1,
        with PyTorch's 1e-6. The norm is that of all trained parameters, as in PyTorch's clip_grad_norm_ and
        Keras's global_clipnorm; Keras's clipnorm takes every parameter by itself.
    """

    plugin = "optimizer 'clip_by_norm'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        norm: float = 1.0,
        inner: OptimizerChoice = MOMENTUM,
        lr: float | None = None,
    ) -> None:
        require(0 < norm < inf, self.plugin, "norm", norm, "> 0 and finite")
        super().__init__(parameters, inner, lr)
        self.norm = norm

    def change(self, gradients: Array) -> None:
        """Shortens the gradient where it is too long."""
        factor = self.norm / (sqrt(kernels.sum_of_squares(gradients)) + EPSILON)
        if factor < 1:
            gradients *= factor
