"""What a user sees of a sweep: a bar for each worker, one for the whole, and a line when a job ends."""

import math
import time
from collections.abc import Sequence

from rich import progress as bars
from rich.console import Console

from convlab.cli.console import shows_bars
from convlab.cli.text import counted, one_line, seconds_text
from convlab.launching import Job, Outcome, Watcher

REDRAW_SECONDS = 0.1
_PARTS = 1000  # of a job, as the bar of the whole counts them


class SweepProgress(Watcher):
    """Shows a sweep on a console.

    Args:
        console: where to; bars are drawn only where a line can be redrawn.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = bars.Progress(
            bars.TextColumn("{task.description}", markup=False),
            bars.BarColumn(),
            bars.TextColumn("{task.fields[state]}", markup=False),
            bars.TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            transient=True,
            auto_refresh=False,
            disable=not shows_bars(console),
        )
        self._count = self._done = self._failed = 0
        self._shares: dict[int, float] = {}
        self._steps: dict[int, tuple[int, int]] = {}
        self._redrawn = 0.0
        self.outcomes: list[tuple[Job, Outcome]] = []

    def begin(self, jobs: Sequence[Job], slots: int) -> None:
        """Draws the bars."""
        self._count = len(jobs)
        self._whole = self._bars.add_task(counted(len(jobs), "job"), total=_PARTS * len(jobs), state="")
        self._workers = [self._bars.add_task("", total=1, state="", visible=False) for _ in range(slots)]
        self._bars.start()

    def started(self, slot: int, job: Job, epochs: int, steps_per_epoch: int) -> None:
        """Shows the job in its worker's bar."""
        self._steps[slot] = (epochs, steps_per_epoch)
        self._bars.update(
            self._workers[slot],
            description=f"  {one_line(job.label)}",
            total=max(1, epochs * steps_per_epoch),
            completed=0,
            visible=True,
            state=f"epoch 1/{epochs}",
        )

    def progressed(self, slot: int, job: Job, epoch: int, step: int) -> None:
        """Moves the bars, at most ten times a second."""
        epochs, steps_per_epoch = self._steps[slot]
        done = (epoch - 1) * steps_per_epoch + step
        self._shares[slot] = done / max(1, epochs * steps_per_epoch)
        self._bars.update(self._workers[slot], completed=done, state=f"epoch {epoch}/{epochs}")
        now = time.monotonic()
        if now - self._redrawn >= REDRAW_SECONDS:
            self._redrawn = now
            self._move_whole()

    def remarked(self, job: Job, text: str) -> None:
        """Prints the remark."""
        self._console.print(f"convlab: warning: {one_line(f'{job.label}: {text}')}")

    def ended(self, slot: int, job: Job, outcome: Outcome) -> None:
        """Prints how the job ended."""
        self._done += 1
        self._failed += outcome.status != "finished"
        self._shares.pop(slot, None)
        self.outcomes.append((job, outcome))
        self._bars.update(self._workers[slot], visible=False)
        self._move_whole()
        if outcome.traceback:
            self._console.print(outcome.traceback, end="")
        title = f"[{job.number + 1:>{len(str(self._count))}}/{self._count}] {job.label}"
        failed = outcome.status != "finished"
        self._console.print(
            one_line(title) + f"  {told(outcome)}", style="red" if failed else None, soft_wrap=True
        )

    def finish(self) -> None:
        """Takes the bars away."""
        self._bars.stop()

    def _move_whole(self) -> None:
        done = self._done + sum(self._shares.values())
        state = f"{self._done}/{self._count}" + (f", {self._failed} failed" if self._failed else "")
        self._bars.update(self._whole, completed=_PARTS * done, state=state, refresh=True)


def told(outcome: Outcome) -> str:
    """What a job reached, or how it failed, in one line."""
    if outcome.status != "finished":
        return one_line(f"{outcome.status}: {outcome.message}")
    measured = {"test": outcome.test_accuracy, "validation": outcome.validation_accuracy}
    parts = [f"{name} {value:.4f}" for name, value in measured.items() if not math.isnan(value)]
    parts.append("finished before" if outcome.reused else seconds_text(outcome.seconds))
    return "  ".join(parts)
