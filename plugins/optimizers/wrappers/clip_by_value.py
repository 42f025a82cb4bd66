"""Clipping of the gradient's values."""

from math import inf

import numpy as np

from convlab.plugin import Array, OptimizerChoice, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.wrappers.base import MOMENTUM, Wrapper


@claims(elementwise=True)
class ClipByValue(Wrapper):
    """Clipping by value: no entry of the gradient is larger than a limit.

    g = max(-limit, min(limit, g))

    Args:
        parameters: what is updated, in place.
        limit: largest size of an entry, > 0.
        inner: the optimizer that steps along the gradients.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = ClipByValue(ParameterBuffers([weight]), limit=0.5, inner="sgd", lr=1.0)
        >>> weight.gradient[...] = [[3.0, -0.25]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.tolist()
        [[-0.5, 0.25]]

    References:
        Mikolov: Statistical language models based on neural networks, 2012, section 3.2.2. As PyTorch's
        clip_grad_value_ and Keras's clipvalue.
    """

    plugin = "optimizer 'clip_by_value'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        limit: float = 0.1,
        inner: OptimizerChoice = MOMENTUM,
        lr: float | None = None,
    ) -> None:
        require(0 < limit < inf, self.plugin, "limit", limit, "> 0 and finite")
        super().__init__(parameters, inner, lr)
        self.limit = limit

    def change(self, gradients: Array) -> None:
        """Cuts what is larger than the limit."""
        np.clip(gradients, -self.limit, self.limit, out=gradients)
