"""Lookahead."""

from convlab.plugin import Array, OptimizerChoice, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.wrappers.base import MOMENTUM, Wrapper


@claims(elementwise=True, keeps_gradients=True)
class Lookahead(Wrapper):
    """Lookahead: slow weights go part of the way to where another optimizer has led in some steps.

    slow = slow + alpha (w - slow);  w = slow,  after every `every` steps of the inner optimizer

    Args:
        parameters: what is updated, in place.
        every: steps of the inner optimizer between steps of the slow weights, >= 1.
        alpha: part of the way that the slow weights go, in (0, 1].
        inner: the optimizer of the fast weights.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = Lookahead(ParameterBuffers([weight]), every=2, alpha=0.5, inner="sgd", lr=1.0)
        >>> weight.gradient[...] = 1.0
        >>> for _ in range(2):
        ...     optimizer.step(optimizer.lr)
        >>> float(weight.value[0, 0])  # half of -2
        -1.0

    References:
        Zhang, Lucas, Hinton, Ba: Lookahead optimizer: k steps forward, 1 step back, 2019, algorithm 1. The
        slow weights are evaluated, as in the paper; the inner optimizer's own state is left as it is.
    """

    plugin = "optimizer 'lookahead'"
    state_names = ("slow",)

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        every: int = 5,
        alpha: float = 0.5,
        inner: OptimizerChoice = MOMENTUM,
        lr: float | None = None,
    ) -> None:
        require(every >= 1, self.plugin, "every", every, ">= 1")
        require(0 < alpha <= 1, self.plugin, "alpha", alpha, "in (0, 1]")
        super().__init__(parameters, inner, lr)
        self.every, self.alpha = every, alpha
        self.slow = self.new_state()

    def update(self, rate: float) -> None:
        """A step of the fast weights, and one of the slow weights where it is due."""
        values = self.parameters.values
        if self.steps == 1:
            self.slow[...] = values
        self.inner.step(rate, self.closure)
        if self.steps % self.every == 0:
            values -= self.slow
            values *= self.alpha
            self.slow += values
            values[...] = self.slow

    def evaluation_values(self) -> Array | None:
        """The slow weights."""
        return self.slow if self.steps else None
