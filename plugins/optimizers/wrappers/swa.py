"""Stochastic weight averaging."""

from convlab.plugin import Array, OptimizerChoice, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.wrappers.base import MOMENTUM, Wrapper


@claims(elementwise=True, keeps_gradients=True)
class SWA(Wrapper):
    """Stochastic weight averaging: what is evaluated is the mean of the weights on the way.

    mean = (n mean + w)/(n + 1),  after step start + every, start + 2 every, ...

    Args:
        parameters: what is updated, in place.
        start: steps before the mean begins, >= 0; the paper begins at three quarters of the training.
        every: steps between weights that are averaged, >= 1; the paper takes one an epoch.
        inner: the optimizer that leads the way.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = SWA(ParameterBuffers([weight]), start=0, every=1, inner="sgd", lr=1.0)
        >>> weight.gradient[...] = 1.0
        >>> for _ in range(3):
        ...     optimizer.step(optimizer.lr)
        >>> optimizer.evaluation_values().tolist()  # of -1, -2, -3
        [-2.0]

    References:
        Izmailov, Podoprikhin, Garipov, Vetrov, Wilson: Averaging weights leads to wider optima and better
        generalization, 2018, algorithm 1. Polyak, Juditsky: Acceleration of stochastic approximation by
        averaging, 1992. The statistics of batch normalization are those of the training weights; the paper
        gathers them anew at the end.
    """

    plugin = "optimizer 'swa'"
    state_names = ("mean",)

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        start: int = 50,
        every: int = 1,
        inner: OptimizerChoice = MOMENTUM,
        lr: float | None = None,
    ) -> None:
        require(start >= 0, self.plugin, "start", start, ">= 0")
        require(every >= 1, self.plugin, "every", every, ">= 1")
        super().__init__(parameters, inner, lr)
        self.start, self.every = start, every
        self.mean = self.new_state()

    @property
    def averaged(self) -> int:
        """How many weights the mean is of."""
        return max(0, self.steps - self.start) // self.every

    def update(self, rate: float) -> None:
        """A step of the inner optimizer, and a place in the mean where one is due."""
        self.inner.step(rate, self.closure)
        if self.averaged and (self.steps - self.start) % self.every == 0:
            self.mean += (self.parameters.values - self.mean) / self.averaged

    def evaluation_values(self) -> Array | None:
        """The mean, once it has begun."""
        return self.mean if self.averaged else super().evaluation_values()
