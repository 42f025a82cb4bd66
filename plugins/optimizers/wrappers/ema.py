"""Exponential moving average of the weights."""

from convlab.plugin import Array, OptimizerChoice, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.wrappers.base import ADAM, Wrapper


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class EMA(Wrapper):
    """Exponential moving average: what is evaluated is a mean of the weights that forgets slowly.

    mean = d_t mean + (1 - d_t) w_t,  d_t = min(decay, (1 + t)/(10 + t)),  beginning with the first weights

    Args:
        parameters: what is updated, in place.
        decay: part of the mean that is kept in the end, in [0, 1).
        warm: whether less is kept at first, by (1 + t)/(10 + t); otherwise d_t = decay throughout.
        inner: the optimizer that leads the way.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = EMA(ParameterBuffers([weight]), decay=0.5, warm=False, inner="sgd", lr=1.0)
        >>> weight.gradient[...] = 1.0
        >>> for _ in range(2):
        ...     optimizer.step(optimizer.lr)
        >>> optimizer.evaluation_values().tolist()  # 0.25 * 0 + 0.25 * -1 + 0.5 * -2
        [-1.25]

    References:
        Polyak, Juditsky: Acceleration of stochastic approximation by averaging, 1992. The warm beginning is
        TensorFlow's (ExponentialMovingAverage with num_updates, 2015); PyTorch's AveragedModel begins with
        the weights after the first step. Statistics of batch normalization are those of the training weights.
    """

    plugin = "optimizer 'ema'"
    state_names = ("mean",)

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        decay: float = 0.999,
        warm: bool = True,
        inner: OptimizerChoice = ADAM,
        lr: float | None = None,
    ) -> None:
        require(0 <= decay < 1, self.plugin, "decay", decay, "in [0, 1)")
        super().__init__(parameters, inner, lr)
        self.keep, self.warm = decay, warm
        self.mean = self.new_state()

    def update(self, rate: float) -> None:
        """A step of the inner optimizer, and of the mean."""
        values = self.parameters.values
        if self.steps == 1:
            self.mean[...] = values
        self.inner.step(rate, self.closure)
        keep = min(self.keep, (1 + self.steps) / (10 + self.steps)) if self.warm else self.keep
        self.mean += (1 - keep) * (values - self.mean)

    def evaluation_values(self) -> Array | None:
        """The mean."""
        return self.mean if self.steps else None
