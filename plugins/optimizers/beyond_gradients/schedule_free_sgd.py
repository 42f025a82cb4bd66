"""Schedule-free gradient descent."""

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.beyond_gradients.schedule_free import ScheduleFree


@claims(elementwise=True, keeps_gradients=True)
class ScheduleFreeSGD(ScheduleFree):
    """Schedule-free SGD: a mean of the weights takes the place of a falling rate and of momentum.

    z = z - lr (g + weight_decay y);  x = (1 - c) x + c z;  y = (1 - beta) z + beta x

    The gradient g is taken at y, which is trained; x is evaluated. c is lr^2 over the sum of all lr^2, with
    the largest rate so far, so 1/t at a constant rate.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0; best with the schedule `constant`, or a warm-up to it.
        beta: how near y is to x, in (0, 1); it plays the part of momentum.
        weight_decay: decoupled decay at y, on conv and dense weights only, >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = ScheduleFreeSGD(ParameterBuffers([weight]), lr=1.0, beta=0.5)
        >>> weight.gradient[...] = 1.0
        >>> for _ in range(2):
        ...     optimizer.step(optimizer.lr)
        >>> float(weight.value[0, 0]), optimizer.evaluation_values().tolist()  # z = -2, x = (-1 - 2)/2
        (-1.75, [-1.5])

    References:
        Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky: The road less scheduled, 2024, equations 3 to 5,
        with the weights of section 4.3 as in the authors' code. Statistics of batch normalization are those
        at y; the authors gather them anew at x before an evaluation.
    """

    plugin = "optimizer 'schedule_free_sgd'"

    def __init__(
        self, parameters: ParameterBuffers, *, lr: float = 0.1, beta: float = 0.9, weight_decay: float = 0.0
    ) -> None:
        super().__init__(parameters, lr=lr, beta=beta, weight_decay=weight_decay)

    def write_direction(self, out: Array) -> None:
        """The gradient."""
        out[...] = self.parameters.gradients
