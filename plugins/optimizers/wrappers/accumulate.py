"""Accumulation of gradients over several batches."""

from convlab.errors import ConfigError
from convlab.plugin import OptimizerChoice, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.wrappers.base import MOMENTUM, Wrapper


@claims(elementwise=True)
class Accumulate(Wrapper):
    """Accumulation: one step along the mean gradient of several batches, as if they were one.

    sum = sum + g;  every `every` batches the inner optimizer steps along sum/every, and sum = 0

    The sum goes on over the end of an epoch; the rate is that of the last batch. Batch normalization sees the
    single batches.

    Args:
        parameters: what is updated, in place.
        every: batches a step, >= 1.
        inner: the optimizer that takes the steps; none that computes the loss again, which knows one batch.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range, or the inner optimizer computes the loss again.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = Accumulate(ParameterBuffers([weight]), every=2, inner="sgd", lr=1.0)
        >>> for gradient in (1.0, 3.0, 5.0):
        ...     weight.gradient[...] = gradient
        ...     optimizer.step(optimizer.lr)
        >>> float(weight.value[0, 0])  # the third batch waits for a fourth
        -2.0

    References:
        Ott, Edunov, Grangier, Auli: Scaling neural machine translation, 2018, section 3.2 (delayed updates).
        Keras's gradient_accumulation_steps takes the mean as well; in PyTorch, where gradients add up by
        themselves, the sum is usual.
    """

    plugin = "optimizer 'accumulate'"
    state_names = ("sum",)

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        every: int = 2,
        inner: OptimizerChoice = MOMENTUM,
        lr: float | None = None,
    ) -> None:
        require(every >= 1, self.plugin, "every", every, ">= 1")
        super().__init__(parameters, inner, lr)
        if self.needs_closure:
            raise ConfigError(
                f"{self.plugin}: inner must not compute the loss again, as {type(self.inner).__name__} does: "
                "that would see the last batch alone; put accumulate inside it"
            )
        self.every = every
        self.sum = self.new_state()

    def update(self, rate: float) -> None:
        """Adds the gradient, and steps where enough have been added."""
        gradients = self.parameters.gradients
        self.sum += gradients
        if self.steps % self.every == 0:
            gradients[...] = self.sum
            gradients /= self.every
            self.sum[...] = 0
            self.inner.step(rate)

    def inner_steps(self, steps: int) -> int:
        """One step of the inner optimizer for every `every` batches."""
        return steps // self.every
