"""What the optimizers of whole matrices share: their weights, and another optimizer for the rest."""

from abc import abstractmethod
from math import inf
from typing import ClassVar

import numpy as np

from convlab.plugin import Array, Optimizer, OptimizerChoice, ParameterBuffers
from convlab_plugins.checks import require
from convlab_plugins.optimizers.composite import Composite, build_parts
from convlab_plugins.optimizers.matrices.layers import Matrices, as_matrix, biases_of, chosen_matrices
from convlab_plugins.optimizers.matrices.sides import Sides


class MatrixUpdate(Optimizer):
    """Updates weights that are all seen as matrices.

    Args:
        parameters: weights of convolutions and dense layers only.
        lr: base learning rate, > 0.
        weight_decay: decoupled decay, >= 0.
    """

    def __init__(self, parameters: ParameterBuffers, lr: float, weight_decay: float) -> None:
        super().__init__(parameters, lr)
        self.weight_decay = weight_decay
        self.scratch = np.empty_like(parameters.values)

    def matrices(self, flat: Array) -> list[Array]:
        """A flat array laid out as the values, as one matrix for every layer."""
        return [as_matrix(view) for view in self.parameters.views(flat)]

    def named(self, layers: list[Sides]) -> dict[str, Array]:
        """The state of what is kept for every layer, behind the names of the weights."""
        return {
            f"{parameter.name}.{key}": array
            for parameter, sides in zip(self.parameters.trained, layers, strict=True)
            for key, array in sides.state().items()
        }

    def update(self, rate: float) -> None:
        """w = (1 - rate weight_decay) w - rate direction."""
        values = self.parameters.values
        self.direct()
        if self.weight_decay:
            values *= 1 - rate * self.weight_decay
        self.scratch *= rate
        values -= self.scratch

    @abstractmethod
    def direct(self) -> None:
        """Writes the direction against which the weights go into `scratch`."""


class MatrixOptimizer(Composite):
    """One update for the weights that are seen as matrices, and another optimizer for the rest.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate of the matrices, > 0.
        weight_decay: decoupled decay of the matrices, >= 0.
        matrices: which weights are matrices, see `chosen_matrices`.
        rest: the optimizer of all else. It has a rate of its own, which the schedule changes alike.

    Attributes:
        takes_biases: whether the biases of those weights belong to their update, and not to `rest`.
        biases: these, by the name of the weights.

    Raises:
        ConfigError: if a setting is out of range.
    """

    plugin: ClassVar[str]
    takes_biases: ClassVar[bool] = False

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float,
        weight_decay: float,
        matrices: Matrices,
        rest: OptimizerChoice,
    ) -> None:
        require(0 < lr < inf, self.plugin, "lr", lr, "> 0 and finite")
        require(0 <= weight_decay < inf, self.plugin, "weight_decay", weight_decay, ">= 0 and finite")
        names = chosen_matrices(parameters, matrices)
        self.biases = biases_of(parameters, names) if self.takes_biases else {}
        taken = names.union(bias.name for bias in self.biases.values())
        stretches = parameters.stretches(lambda parameter: parameter.name in names)
        parts: dict[str, Optimizer] = {
            f"matrices{number}": self.update_of(stretch, lr, weight_decay)
            for number, stretch in enumerate(stretches, start=1)
        }
        parts |= build_parts("rest", rest, parameters, lambda parameter: parameter.name not in taken)
        super().__init__(parameters, lr, parts)

    @abstractmethod
    def update_of(self, parameters: ParameterBuffers, lr: float, weight_decay: float) -> MatrixUpdate:
        """Makes the update of weights that are all matrices."""

    def update(self, rate: float) -> None:
        """Lets every part take its step, at its own rate times the schedule's factor."""
        self.step_parts(rate)
