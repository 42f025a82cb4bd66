"""What a user sees of a run while it trains."""

import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from rich import progress as bars
from rich.console import Console

from convlab import kernels
from convlab.cli.choices import changed_fields
from convlab.cli.console import shows_bars
from convlab.cli.text import counted
from convlab.records.text import printable
from convlab.results import Listener, Result, RunPlan
from convlab.settings import GROUPS, Settings

REDRAW_SECONDS = 0.1
FIELD_LIMIT = 40


class Progress(Listener):
    """Shows a bar for the steps where the terminal allows it, and one line for every epoch.

    Args:
        console: where to.
        title: what the run is called in a sweep; with one there is only the bar, no line for every epoch.
    """

    def __init__(self, console: Console, title: str = "") -> None:
        self._console, self._title = console, title
        self._bar = bars.Progress(
            bars.TextColumn("{task.description}", markup=False),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TimeRemainingColumn(),
            console=console,
            transient=True,
            auto_refresh=False,
            disable=not shows_bars(console),
        )
        self._plan: RunPlan | None = None
        self._result: Result | None = None
        self._redrawn = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    @property
    def directory(self) -> Path | None:
        """Where the run is recorded; None if it had not begun."""
        known = self._plan or self._result
        return known.directory if known else None

    @property
    def where_it_stopped(self) -> str:
        """What was saved when the run was interrupted, and how to go on; empty if it had not begun."""
        if self._result is None:
            return ""
        done = f"{counted(self._result.epochs, 'epoch')} done, saved in {self._result.directory}"
        return f"{done}; the same command goes on from there"

    def run_started(self, plan: RunPlan) -> None:
        """Says what runs."""
        self._plan = plan
        for warning in plan.warnings:
            self._console.print(f"convlab: warning: {warning}")
        if not self._title:
            for line in describe(plan):
                self._console.print(line)
        self._bar.add_task("", total=plan.epochs * plan.steps_per_epoch)
        self._move_bar(plan, plan.first_epoch + 1, 0)
        self._bar.start()

    def step_done(self, epoch: int, step: int) -> None:
        """Moves the bar, at most ten times a second."""
        now = time.perf_counter()
        if self._plan is None or now - self._redrawn < REDRAW_SECONDS:
            return
        self._redrawn = now
        self._move_bar(self._plan, epoch, step)

    def epoch_done(self, metrics: Mapping[str, float | int]) -> None:
        """Prints what the epoch reached."""
        if self._plan is None:
            return
        self._move_bar(self._plan, int(metrics["epoch"]), self._plan.steps_per_epoch)
        if not self._title:
            self._console.print(epoch_line(metrics, self._plan.epochs))

    def _move_bar(self, plan: RunPlan, epoch: int, step: int) -> None:
        description = f"{self._title} epoch {epoch}/{plan.epochs}".strip()
        steps = (epoch - 1) * plan.steps_per_epoch + step
        self._bar.update(self._bar.task_ids[0], description=description, completed=steps, refresh=True)

    def run_finished(self, result: Result) -> None:
        """Takes the bar away."""
        self._result = result
        self._bar.stop()


def describe(plan: RunPlan) -> list[str]:
    """What is about to run, in two lines."""
    settings = plan.settings
    images = [f"{plan.train_images:,} training", f"{plan.test_images:,} test images"]
    if plan.validation_images:
        images.insert(1, f"{plan.validation_images:,} validation")
    epochs = counted(plan.epochs, "epoch")
    if plan.first_epoch:
        epochs += f", from epoch {plan.first_epoch + 1}"
    return [
        f"{group_text(settings, 'data')} ({', '.join(images)}), {group_text(settings, 'model')} "
        f"({plan.parameter_count:,} parameters)",
        f"{group_text(settings, 'initializer')}, {group_text(settings, 'activation')}, "
        f"{group_text(settings, 'optimizer')}, batch {settings.batch_size}, {epochs}, "
        f"{kernels.isa()} on {counted(kernels.threads(), 'core')}",
    ]


def group_text(settings: Settings, group: str) -> str:
    """A group's choice, with the fields that differ from their defaults; long values are cut."""
    choice = settings.bound(group).to_choice()
    fields = changed_fields(GROUPS[group], choice)
    return " ".join([choice["name"], *(printable(field, FIELD_LIMIT) for field in fields)])


def epoch_line(metrics: Mapping[str, float | int], epochs: int) -> str:
    """The metrics of one epoch."""
    parts = [
        f"epoch {metrics['epoch']:>{len(str(epochs))}}/{epochs}",
        f"loss {metrics['train_loss']:.4f}",
        f"accuracy {metrics['train_accuracy']:.4f}",
    ]
    if metrics.get("validation_accuracy") is not None:
        parts.append(f"validation {metrics['validation_accuracy']:.4f}")
    parts.append(f"rate {metrics['learning_rate']:.3g}")
    parts.append(f"{metrics['images_per_second']:,.0f} images/s")
    return "  ".join(parts)
