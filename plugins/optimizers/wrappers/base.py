"""What the wrappers share: one optimizer inside, over all parameters."""

from typing import Any, ClassVar

import numpy as np

from convlab.plugin import Array, Optimizer, OptimizerChoice, ParameterBuffers, build
from convlab_plugins.optimizers.composite import Composite, with_rate

MOMENTUM: OptimizerChoice = {"name": "momentum"}
ADAM: OptimizerChoice = {"name": "adam"}


class Wrapper(Composite):
    """Puts something around another optimizer.

    Args:
        parameters: what is updated, in place.
        inner: the other optimizer.
        lr: its base learning rate, > 0; None leaves it to that optimizer.

    Attributes:
        plugin: kind and name as users write them, for messages.
        inner: the other optimizer.

    Raises:
        ConfigError: if `lr` or a setting of the other optimizer is out of range.
    """

    plugin: ClassVar[str]

    def __init__(self, parameters: ParameterBuffers, inner: OptimizerChoice, lr: float | None) -> None:
        self.inner: Optimizer = build("optimizer", with_rate(self.plugin, inner, lr), parameters)
        super().__init__(parameters, self.inner.lr, {"inner": self.inner})

    def update(self, rate: float) -> None:
        """Changes the gradients, and lets the other optimizer take its step along them."""
        self.change(self.parameters.gradients)
        self.inner.step(rate, self.closure)

    def change(self, gradients: Array) -> None:
        """Changes the gradients in place, before the other optimizer sees them; by default not."""

    def new_state(self, fill: Any = 0) -> Array:
        """A state array with one entry for each trained value."""
        return np.full_like(self.parameters.values, fill)
