"""Another optimizer for every role of a parameter."""

from convlab.plugin import OptimizerChoice, ParameterBuffers, claims
from convlab_plugins.optimizers.composite import Composite, build_parts, with_rate


@claims(keeps_gradients=True)
class ByRole(Composite):
    """Trains filters, dense weights and all else by optimizers of their own.

    w_role = the step of that role's optimizer at rate lr_role factor,  factor = the schedule's

    Args:
        parameters: what is updated, in place.
        filters: the optimizer of the weights of convolutions.
        dense: the optimizer of the weights of dense layers; None leaves them to `rest`.
        rest: the optimizer of all else: biases, scales, shifts.
        lr: base learning rate of `filters`, > 0; None leaves it to that optimizer. The others have their own.

    Raises:
        ConfigError: if a setting is out of range, here or in one of the optimizers.

    Example:
        >>> from convlab.plugin import Parameter
        >>> filters, bias = Parameter("w", "conv_weight", (1, 1, 1, 1)), Parameter("b", "bias", (1,))
        >>> parameters = ParameterBuffers([filters, bias])
        >>> optimizer = ByRole(
        ...     parameters, filters={"name": "sgd", "lr": 1.0}, rest={"name": "sgd", "lr": 0.5}
        ... )
        >>> parameters.gradients[...] = 1.0
        >>> optimizer.step(optimizer.lr)
        >>> float(filters.value[0, 0, 0, 0]), float(bias.value[0])
        (-1.0, -0.5)

    References:
        Jordan: 94% on CIFAR-10 in 3.29 seconds on a single GPU, 2024, trains filters, biases and the
        classifier at rates of their own. PyTorch calls such parts parameter groups, all of one optimizer.
        Where the parameters of a part do not lie side by side, the part has one optimizer for each stretch.
    """

    plugin = "optimizer 'by_role'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        filters: OptimizerChoice = {"name": "muon"},  # noqa: B006  # a config; nothing changes it
        dense: OptimizerChoice | None = None,
        rest: OptimizerChoice = {"name": "adamw"},  # noqa: B006
        lr: float | None = None,
    ) -> None:
        own = {"conv_weight"} if dense is None else {"conv_weight", "dense_weight"}
        choice = with_rate(self.plugin, filters, lr)
        parts = build_parts("filters", choice, parameters, lambda item: item.role == "conv_weight")
        lead = next(iter(parts.values()))
        if dense is not None:
            parts |= build_parts("dense", dense, parameters, lambda item: item.role == "dense_weight")
        parts |= build_parts("rest", rest, parameters, lambda item: item.role not in own)
        super().__init__(parameters, lead.lr, parts)

    def update(self, rate: float) -> None:
        """Lets every part take its step."""
        self.step_parts(rate)
