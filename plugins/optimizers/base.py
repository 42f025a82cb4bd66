"""What the optimizers share: the base rate, weight decay, and state arrays."""

from typing import ClassVar, TypedDict

import numpy as np

from convlab.plugin import Array, Optimizer, ParameterBuffers
from convlab_plugins.optimizers.ranges import not_negative, positive


class Decay(TypedDict, total=False):
    """Weight decay as the update kernels take it."""

    decayed: int
    weight_decay: float
    decoupled_decay: float


class FlatOptimizer(Optimizer):
    """An optimizer that updates the flat buffers by one kernel.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0.
        weight_decay: L2 factor that is added to the gradient ("coupled"): g + weight_decay w, on conv and
            dense weights only; >= 0.

    Attributes:
        plugin: kind and name as users write them, for messages.
        decay: the arguments of weight decay for the kernel.

    Raises:
        ConfigError: if `lr` or `weight_decay` is out of range.
    """

    plugin: ClassVar[str]

    def __init__(self, parameters: ParameterBuffers, *, lr: float, weight_decay: float = 0.0) -> None:
        super().__init__(parameters, positive(self.plugin, "lr", lr))
        self.weight_decay = not_negative(self.plugin, "weight_decay", weight_decay)
        self.decay: Decay = {"decayed": parameters.decayed, "weight_decay": self.weight_decay}

    def new_state(self, fill: float = 0.0) -> Array:
        """A state array with one entry for each trained value."""
        return np.full_like(self.parameters.values, fill)
