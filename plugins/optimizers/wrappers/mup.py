"""Rates that carry over from narrow to wide networks."""

from collections.abc import Callable, Sequence
from math import prod

from convlab.plugin import Optimizer, OptimizerChoice, Parameter, ParameterBuffers, build, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.composite import Composite, build_parts, with_rate
from convlab_plugins.optimizers.wrappers.base import ADAM

_WEIGHTS = ("conv_weight", "dense_weight")

# The power of the widening that each part's rate is multiplied with.
_POWERS = {
    "adam": {"first": 0, "hidden": -1, "last": -1},
    "sgd": {"first": 1, "hidden": 0, "last": -1},
}


@claims(keeps_gradients=True)
class MuP(Composite):
    """Maximal update parametrization: every layer has the rate at which it learns as fast at any width.

    lr_layer = lr m^p,  m = fan_in of the last weights / base,
    p = 0, -1, -1 by the rule for adam and 1, 0, -1 by that for sgd, in the first weights and all vectors
    (biases, scales, shifts), in hidden weights and in the last weights

    The rate that is best for a network whose last weights have fan_in = base is then about the best for one
    whose hidden layers are all m times as wide, if it begins with ``initializer=mup`` of the same base.

    Args:
        parameters: what is updated, in place.
        base: fan_in of the last weights of the network whose rate was tuned, >= 1.
        rule: "adam" for optimizers whose steps are as long for small gradients, "sgd" for those that step
            along the gradient.
        inner: the optimizer of every layer.
        lr: base learning rate, > 0; None leaves it to that optimizer.

    Raises:
        ConfigError: if a setting is out of range, here or in the inner optimizer.

    Example:
        >>> from convlab.plugin import Parameter
        >>> shapes = {"dense1": (256, 3), "dense2": (256, 256), "dense3": (10, 256)}
        >>> weights = [Parameter(f"{name}.weight", "dense_weight", shape) for name, shape in shapes.items()]
        >>> optimizer = MuP(ParameterBuffers(weights), base=64, lr=0.1)
        >>> {name: part.lr for name, part in optimizer.parts.items()}
        {'first': 0.1, 'hidden': 0.025, 'last': 0.025}

    References:
        Yang et al.: Tensor programs V: tuning large neural networks via zero-shot hyperparameter transfer,
        2022, table 3. The first weights are those of the first layer, the last those of the last one; where
        the parameters of a part do not lie side by side, it has one optimizer for each stretch.
    """

    plugin = "optimizer 'mup'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        base: int = 64,
        rule: str = "adam",
        inner: OptimizerChoice = ADAM,
        lr: float | None = None,
    ) -> None:
        require(base >= 1, self.plugin, "base", base, ">= 1")
        require(rule in _POWERS, self.plugin, "rule", rule, " or ".join(_POWERS))
        self.base, self.rule = base, rule
        choice = with_rate(self.plugin, inner, lr)
        rate = build("optimizer", choice, ParameterBuffers([])).lr
        weights = [item for item in parameters if item.role in _WEIGHTS]
        widening = prod(weights[-1].shape[1:]) / base if weights else 1.0
        parts: dict[str, Optimizer] = {}
        for name, power in _POWERS[rule].items():
            scaled = with_rate(self.plugin, choice, rate * widening**power)
            parts |= build_parts(name, scaled, parameters, _belongs_to(name, weights))
        super().__init__(parameters, rate, parts)

    def update(self, rate: float) -> None:
        """Lets every part take its step."""
        self.step_parts(rate)


def _belongs_to(part: str, weights: Sequence[Parameter]) -> Callable[[Parameter], bool]:
    """Whether a parameter belongs to a part of a network with these weights, in the order of its layers."""
    part_of = {item.name: "hidden" for item in weights}
    if weights:
        part_of |= {weights[0].name: "first", weights[-1].name: "last"}
    return lambda item: part_of.get(item.name, "first") == part
