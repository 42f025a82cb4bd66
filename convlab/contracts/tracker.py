"""What a tracker is to the engine."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

Metrics = Mapping[str, float | int | str]


class Tracker(ABC):
    """Takes the metrics of a run somewhere: a file, a dashboard, a database.

    The engine makes it with the run's directory (a `pathlib.Path`) as the one positional argument, calls
    `start` once, `log` for every epoch, and `finish` once, also when the run fails.
    """

    @abstractmethod
    def start(self, config: Mapping[str, Any], epoch: int) -> None:
        """Begins a run with its resolved config; `epoch` counts the epochs already done (0, or more after
        a resume)."""

    @abstractmethod
    def log(self, metrics: Metrics) -> None:
        """Takes the metrics of one epoch; ``metrics["epoch"]`` counts from 1."""

    def log_all(self, epochs: Sequence[Metrics]) -> None:
        """Takes the metrics of epochs that followed each other quickly and were saved together.

        It calls `log` for each; a tracker that waits for a disk or a network may do so once for all.
        """
        for metrics in epochs:
            self.log(metrics)

    @abstractmethod
    def finish(self, result: Mapping[str, Any]) -> None:
        """Ends the run; ``result["status"]`` is finished, interrupted, diverged or failed."""
