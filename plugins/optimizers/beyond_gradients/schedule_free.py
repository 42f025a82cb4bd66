"""What the schedule-free optimizers share: three sequences of weights."""

from abc import abstractmethod
from math import inf
from typing import ClassVar

import numpy as np

from convlab.plugin import Array, Optimizer, ParameterBuffers
from convlab_plugins.checks import require


class ScheduleFree(Optimizer):
    """Gradients are taken at y, between a fast sequence z and its mean x, which is evaluated.

    Args:
        parameters: what is updated, in place; the values are y.
        lr: base learning rate, > 0.
        beta: how near y is to x, in (0, 1).
        weight_decay: decoupled decay at y, on conv and dense weights only, >= 0.

    Raises:
        ConfigError: if a setting is out of range.
    """

    plugin: ClassVar[str]
    state_names: ClassVar[tuple[str, ...]] = ("fast", "mean", "weights")

    def __init__(self, parameters: ParameterBuffers, *, lr: float, beta: float, weight_decay: float) -> None:
        require(0 < lr < inf, self.plugin, "lr", lr, "> 0 and finite")
        require(0 < beta < 1, self.plugin, "beta", beta, "in (0, 1)")
        require(0 <= weight_decay < inf, self.plugin, "weight_decay", weight_decay, ">= 0 and finite")
        super().__init__(parameters, lr)
        self.beta, self.weight_decay = beta, weight_decay
        self.fast, self.mean = np.zeros_like(parameters.values), np.zeros_like(parameters.values)
        self.weights = np.zeros(2)  # the largest rate so far, and the sum of the weights in the mean
        self._scratch = np.empty_like(parameters.values)

    def update(self, rate: float) -> None:
        """z = z - rate (direction + weight_decay y);  x = (1 - c) x + c z;  y = (1 - beta) z + beta x."""
        values, fast, mean, scratch = self.parameters.values, self.fast, self.mean, self._scratch
        if self.steps == 1:
            fast[...] = mean[...] = values
        self.write_direction(scratch)
        if self.weight_decay:
            decayed = slice(self.parameters.decayed)
            scratch[decayed] += self.weight_decay * values[decayed]
        scratch *= rate
        fast -= scratch
        np.subtract(fast, mean, out=scratch)
        scratch *= self._share(rate)
        mean += scratch
        np.subtract(mean, fast, out=values)
        values *= self.beta
        values += fast

    def _share(self, rate: float) -> float:
        """c, the weight of the newest z in the mean: the square of the largest rate so far."""
        self.weights[0] = max(float(self.weights[0]), rate)
        weight = float(self.weights[0]) ** 2
        self.weights[1] += weight
        return weight / float(self.weights[1])

    @abstractmethod
    def write_direction(self, out: Array) -> None:
        """Writes the direction against which z goes, without its decay."""

    def evaluation_values(self) -> Array | None:
        """x, the mean."""
        return self.mean if self.steps else None
