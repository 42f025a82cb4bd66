"""Small experiments, and somebody who writes down what happens to them."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from convlab.launching import Job, Outcome, Watcher
from convlab.settings import Settings

Maker = Callable[..., list[Job]]


class Notes(Watcher):
    """Writes down all that a watcher hears.

    Args:
        on_start: called when a job begins to train.
    """

    def __init__(self, on_start: Callable[[Job], None] = lambda job: None) -> None:
        self.heard: list[tuple[Any, ...]] = []
        self._on_start = on_start

    def begin(self, jobs: Sequence[Job], slots: int) -> None:
        self.heard.append(("begin", len(jobs), slots))

    def started(self, slot: int, job: Job, epochs: int, steps_per_epoch: int) -> None:
        self.heard.append(("started", job.number, epochs, steps_per_epoch))
        self._on_start(job)

    def progressed(self, slot: int, job: Job, epoch: int, step: int) -> None:
        self.heard.append(("progressed", job.number, epoch, step))

    def remarked(self, job: Job, text: str) -> None:
        self.heard.append(("remarked", job.number, text))

    def ended(self, slot: int, job: Job, outcome: Outcome) -> None:
        self.heard.append(("ended", job.number, outcome.status))

    def finish(self) -> None:
        self.heard.append(("finish",))

    def of(self, kind: str) -> list[tuple[Any, ...]]:
        """What was heard of one kind, without the kind."""
        return [item[1:] for item in self.heard if item[0] == kind]


@pytest.fixture
def make_jobs(tmp_path: Path) -> Maker:
    """Makes one small job for each mapping of settings."""

    def make(*changes: dict[str, Any]) -> list[Job]:
        common = {"data": "synthetic", "epochs": 1, "runs_dir": str(tmp_path / "runs"), "probes": ()}
        return [
            Job(number, f"job {number}", Settings.from_mapping(common | change))
            for number, change in enumerate(changes)
        ]

    return make


@pytest.fixture
def killing() -> Callable[[Path], None]:
    """Kills the process that holds a run, as its lock file names it."""

    def kill(run: Path) -> None:
        pid = int((run / "lock").read_text().split()[1])
        assert pid != os.getpid()
        os.kill(pid, signal.SIGKILL)

    return kill


@pytest.fixture
def take_notes() -> type[Notes]:
    """A watcher that writes down all it hears, in `heard`; `of(kind)` chooses among it."""
    return Notes
