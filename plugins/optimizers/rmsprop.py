"""RMSprop, plain and centered."""

from convlab import kernels
from convlab.plugin import ParameterBuffers, claims
from convlab_plugins.optimizers.base import FlatOptimizer
from convlab_plugins.optimizers.ranges import kept_part, positive


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class RMSprop(FlatOptimizer):
    """RMSprop: divides the gradient by a running root mean square of itself.

    s = decay s + (1 - decay) g^2;  w = w - lr g/(sqrt(s) + epsilon),  g with weight_decay w added

    Centered, the mean is taken off: m = decay m + (1 - decay) g, and s - m^2 stands in the place of s.
    With momentum, v = momentum v + g/(sqrt(s) + epsilon) and w = w - lr v.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. The first step moves every weight by lr/sqrt(1 - decay).
        decay: part of the mean square that is kept, in [0, 1): 0.9 as in Hinton's lecture and Keras; PyTorch
            (alpha) takes 0.99.
        momentum: part of the velocity that is kept, in [0, 1).
        centered: whether to divide by the standard deviation instead of the root mean square.
        epsilon: added to the root, > 0.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = RMSprop(ParameterBuffers([weight], np.float64), lr=0.1, decay=0.75)
        >>> weight.gradient[...] = 3.0
        >>> optimizer.step(optimizer.lr)
        >>> round(float(weight.value[0, 0]), 6)  # -0.1 * 3/sqrt(0.25 * 9)
        -0.2

    References:
        Tieleman, Hinton: Lecture 6.5, rmsprop: divide the gradient by a running average of its recent
        magnitude, 2012. Graves: Generating sequences with recurrent neural networks, 2013, equations 38 to
        41, for the centered form. Epsilon stands outside the root and s begins at 0 as in PyTorch; Keras has
        sqrt(s + epsilon) with epsilon 1e-7, and TensorFlow 1 began with s = 1. The centered variance is cut
        off at 0, where rounding in PyTorch can give NaN.
    """

    plugin = "optimizer 'rmsprop'"
    state_names = ("mean_square", "mean", "velocity")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        decay: float = 0.9,
        momentum: float = 0.0,
        centered: bool = False,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.keep = kept_part(self.plugin, "decay", decay)
        self.momentum = kept_part(self.plugin, "momentum", momentum)
        self.epsilon = positive(self.plugin, "epsilon", epsilon)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        self.centered = centered
        self.mean_square = self.new_state()
        self.mean = self.new_state() if centered else self.new_state()[:0].copy()
        self.velocity = self.new_state() if momentum else self.new_state()[:0].copy()

    def update(self, rate: float) -> None:
        """s = decay s + (1 - decay) g^2;  w = w - rate g/(sqrt(s) + epsilon)."""
        parameters = self.parameters
        kernels.rmsprop_update(
            parameters.values,
            parameters.gradients,
            self.mean_square,
            self.mean if self.centered else None,
            self.velocity if self.momentum else None,
            rate=rate,
            keep=self.keep,
            epsilon=self.epsilon,
            momentum=self.momentum,
            **self.decay,
        )
