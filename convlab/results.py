"""What is told of a run: what is about to happen, how it goes, and what it reached."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from convlab.settings import Settings
from convlab.training import EpochMetrics


@dataclass(frozen=True)
class RunPlan:
    """What is about to run, for those who listen.

    Attributes:
        directory: where the run is recorded.
        settings: complete settings.
        epochs: epochs in all.
        first_epoch: epochs already done, more than 0 after a resume.
        steps_per_epoch: training steps an epoch.
        parameter_count: values in all parameters.
        train_images: number of images to learn from; the two others alike.
        validation_images: number of images held back.
        test_images: number of images for the final test.
        warnings: what the user should know, such as a damaged checkpoint that was passed over.
    """

    directory: Path
    settings: Settings
    epochs: int
    first_epoch: int
    steps_per_epoch: int
    parameter_count: int
    train_images: int
    validation_images: int
    test_images: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What a run reached.

    Attributes:
        status: ``"finished"``, ``"diverged"``, ``"interrupted"`` or ``"failed"``.
        directory: where the run is recorded.
        epochs: epochs done.
        seconds: time spent in training steps.
        train_loss: of the last epoch; NaN if no epoch was done. The others alike.
        train_accuracy: 0 to 1.
        validation_loss: after the last epoch; NaN without a validation split.
        validation_accuracy: 0 to 1.
        best_validation_accuracy: the largest after any epoch.
        test_loss: at the end; NaN unless finished.
        test_accuracy: 0 to 1.
        message: why the run did not finish, empty if it did.
        metrics: what was measured after every epoch.
        reused: True if the run was finished before, and nothing was trained now.
    """

    status: str
    directory: Path
    epochs: int
    seconds: float
    train_loss: float = math.nan
    train_accuracy: float = math.nan
    validation_loss: float = math.nan
    validation_accuracy: float = math.nan
    best_validation_accuracy: float = math.nan
    test_loss: float = math.nan
    test_accuracy: float = math.nan
    message: str = ""
    metrics: list[EpochMetrics] = field(default_factory=list, repr=False)
    reused: bool = False

    def to_mapping(self) -> dict[str, Any]:
        """What result.json holds: all but the directory, the metrics and whether the run was reused."""
        left_out = ("directory", "metrics", "reused")
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name not in left_out}


class Listener:
    """Hears of a run's progress; every method may be left as it is."""

    def run_started(self, plan: RunPlan) -> None:
        """Before the first step."""

    def step_done(self, epoch: int, step: int) -> None:
        """After every step, both counted from 1; called often."""

    def epoch_done(self, metrics: Mapping[str, float | int]) -> None:
        """After every epoch, with what the trackers get."""

    def run_finished(self, result: Result) -> None:
        """At the end, whatever the status."""
