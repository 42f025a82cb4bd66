"""Cautious steps."""

import numpy as np

from convlab.plugin import OptimizerChoice, ParameterBuffers, claims
from convlab_plugins.optimizers.wrappers.base import ADAM, Wrapper

LEAST_SHARE = 1e-3


@claims(keeps_gradients=True, scale_invariant=True)
class Cautious(Wrapper):
    """Cautious: a step leaves out the weights that it would take against their gradient's word.

    w = w + mask step/max(mean(mask), 0.001),  mask = 1 where step g < 0, else 0

    The step is the inner optimizer's, with what its weight decay does; the mean is taken over each parameter.

    Args:
        parameters: what is updated, in place.
        inner: the optimizer that takes the step.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> inner = {"name": "momentum", "momentum": 0.5}
        >>> optimizer = Cautious(ParameterBuffers([weight]), inner=inner, lr=1.0)
        >>> for gradient in ([[1.0, 4.0]], [[1.0, -1.0]]):
        ...     weight.gradient[...] = gradient
        ...     optimizer.step(optimizer.lr)
        >>> weight.value.tolist()  # the second step, (-1.5, -1), keeps its first half and doubles it
        [[-4.0, -4.0]]

    References:
        Liang, Chen, Liu, Liu: Cautious optimizers: improving training with one line of code, 2024, algorithm
        1. The mask is strict, scaled by its mean over each parameter with a bound, as in the authors' code;
        the algorithm has d/(sum + 1) over all d weights. There decoupled decay comes before the masked step.
    """

    plugin = "optimizer 'cautious'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        inner: OptimizerChoice = ADAM,
        lr: float | None = None,
    ) -> None:
        super().__init__(parameters, inner, lr)
        self._before, self._gradients = self.new_state(), self.new_state()

    def update(self, rate: float) -> None:
        """Lets the inner optimizer take its step, and takes back what goes against the gradient."""
        values, before, gradients = self.parameters.values, self._before, self._gradients
        before[...], gradients[...] = values, self.parameters.gradients
        self.inner.step(rate, self.closure)
        values -= before
        np.less(values * gradients, 0, out=gradients, casting="unsafe")
        for mask in self.parameters.views(gradients):
            mask /= max(float(mask.mean()), LEAST_SHARE)
        values *= gradients
        values += before
