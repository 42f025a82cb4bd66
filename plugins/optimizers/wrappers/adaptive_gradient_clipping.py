"""Adaptive gradient clipping."""

from math import inf

import numpy as np

from convlab.plugin import Array, OptimizerChoice, ParameterBuffers
from convlab_plugins.checks import require
from convlab_plugins.optimizers.wrappers.base import MOMENTUM, Wrapper


class AdaptiveGradientClipping(Wrapper):
    """Adaptive gradient clipping: no filter's gradient is longer than a part of the filter.

    g_k = g_k min(1, clip max(|w_k|, epsilon)/|g_k|),  for the weights w_k into each output k

    Biases, scales and shifts are taken whole; the last dense weights, the classifier, are left alone.

    Args:
        parameters: what is updated, in place.
        clip: longest gradient relative to the weights, > 0; the paper has 0.01 for batches of 4,096 and up
            to 0.16 for small ones.
        epsilon: length that weights count for at least, so that zeros can move, > 0.
        inner: the optimizer that steps along the gradients.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("conv1.weight", "conv_weight", (2, 1, 1, 1))
        >>> optimizer = AdaptiveGradientClipping(ParameterBuffers([weight]), clip=0.5, inner="sgd", lr=1.0)
        >>> weight.value[:, 0, 0, 0], weight.gradient[:, 0, 0, 0] = [1.0, 1.0], [0.25, 9.0]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.ravel().tolist()
        [0.75, 0.5]

    References:
        Brock, De, Smith, Simonyan: High-performance large-scale image recognition without normalization,
        2021, equation 3 and section 4.1.
    """

    plugin = "optimizer 'adaptive_gradient_clipping'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        clip: float = 0.16,
        epsilon: float = 1e-3,
        inner: OptimizerChoice = MOMENTUM,
        lr: float | None = None,
    ) -> None:
        require(0 < clip < inf, self.plugin, "clip", clip, "> 0 and finite")
        require(0 < epsilon < inf, self.plugin, "epsilon", epsilon, "> 0 and finite")
        super().__init__(parameters, inner, lr)
        self.clip, self.epsilon = clip, epsilon
        dense = [item.name for item in parameters.trained if item.role == "dense_weight"]
        self._left_alone = dense[-1:]

    def change(self, gradients: Array) -> None:
        """Shortens every filter's gradient that is too long."""
        parameters = self.parameters
        views = zip(
            parameters.trained,
            parameters.views(parameters.values),
            parameters.views(gradients),
            strict=True,
        )
        for parameter, value, gradient in views:
            if parameter.name in self._left_alone:
                continue
            allowed = self.clip * np.maximum(_lengths(value), self.epsilon)
            length = np.maximum(_lengths(gradient), np.finfo(gradient.dtype).tiny)
            gradient *= np.minimum(1, allowed / length)


def _lengths(array: Array) -> Array:
    """Norm of every output's weights, or of a vector, in a shape that multiplies the array."""
    axes = tuple(range(1, array.ndim)) if array.ndim > 1 else None
    lengths: Array = np.sqrt((array * array).sum(axis=axes, keepdims=True))
    return lengths
