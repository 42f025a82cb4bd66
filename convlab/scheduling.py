"""The schedule of one training, and what it remembers of it."""

import inspect
from collections.abc import Mapping

import numpy as np

from convlab.contracts.parameter import Array
from convlab.registry import BoundOffer

# What a schedule may decide by: nothing that another machine, or a second run, would measure differently.
_MEASURED = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


class ChosenSchedule:
    """A schedule as it was chosen, told what was measured if it asks for it.

    Most schedules follow from the step alone. One that has a parameter ``history`` is given what was measured
    after each epoch done; all that it decides follows from that, so its history is its state.

    Args:
        bound: the schedule and its configuration.

    Example:
        >>> from convlab.registry import registry
        >>> choice = {"name": "reduce_on_plateau", "patience": 0, "gamma": 0.5}
        >>> schedule = ChosenSchedule(registry().bind("schedule", choice))
        >>> schedule.observe({"validation_loss": 1.0, "seconds": 3.0})
        >>> schedule.observe({"validation_loss": 1.0, "seconds": 6.0})
        >>> schedule(20, 100), schedule.state()["validation_loss"].tolist()
        (0.5, [1.0, 1.0])
    """

    def __init__(self, bound: BoundOffer) -> None:
        self._bound = bound
        self._listens = "history" in inspect.signature(bound.offer.factory).parameters
        self._history: list[dict[str, float]] = []

    def __call__(self, step: int, total: int) -> float:
        """The factor of the base learning rate at a step, which counts from 0 to total - 1."""
        told = (self._history,) if self._listens else ()
        return float(self._bound.build(step, total, *told))

    def observe(self, metrics: Mapping[str, float]) -> None:
        """Remembers what was measured after an epoch, if the schedule wants to know."""
        if self._listens:
            self._history.append({name: float(metrics[name]) for name in _MEASURED if name in metrics})

    def state(self) -> dict[str, Array]:
        """The history, one array a metric; empty for a schedule that does not ask for it."""
        names = self._history[0] if self._history else ()
        return {name: np.array([epoch[name] for epoch in self._history]) for name in names}

    def load_state(self, state: Mapping[str, Array]) -> None:
        """Puts back what `state` gave."""
        columns = [array.tolist() for array in state.values()]
        self._history = [dict(zip(state, values, strict=True)) for values in zip(*columns, strict=True)]
