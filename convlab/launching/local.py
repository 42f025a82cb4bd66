"""The default launcher: worker processes on this machine, each of which may die without the others."""

import os
import selectors
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from convlab.errors import LaunchError
from convlab.interrupts import stop_requests
from convlab.launching.job import Job, Outcome
from convlab.launching.launcher import Policy, Watcher, check_ranges
from convlab.launching.process import WorkerProcess

_STILLBIRTHS = 3  # workers that may die before they are ready, one after the other
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class LocalLauncher:
    """Runs jobs in processes of their own on this machine.

    A job whose process dies is tried again, and goes on from its last checkpoint; the others do not notice.

    Attributes:
        workers: processes at a time, >= 1; None takes one for each core.
        threads: of the compiled core in each worker, for runs that do not say, >= 1.
        timeout: seconds that a job may take, > 0; None sets no limit.
        attempts: how often a job is tried whose process dies, >= 1.

    Raises:
        ConfigError: if a value is out of range.
    """

    workers: int | None = None
    threads: int = 1
    timeout: float | None = None
    attempts: int = 2

    def __post_init__(self) -> None:
        check_ranges(self)

    def launch(self, jobs: Sequence[Job], watcher: Watcher, policy: Policy) -> list[Outcome]:
        """Runs the jobs; see `convlab.launching.Launcher`."""
        cores = len(os.sched_getaffinity(0))
        slots = min(len(jobs), self.workers or max(1, cores // self.threads))
        watcher.begin(jobs, slots)
        sweep = _LocalSweep(self, jobs, watcher, policy, slots)
        try:
            return sweep.run()
        finally:
            sweep.close()
            watcher.finish()


@dataclass
class _Slot:
    """A place for one job at a time."""

    number: int
    worker: WorkerProcess
    job: Job | None = None
    directory: str = ""
    ready: bool = False
    deadline: float = float("inf")


@dataclass
class _LocalSweep:
    launcher: LocalLauncher
    jobs: Sequence[Job]
    watcher: Watcher
    policy: Policy
    slot_count: int
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)
    stillbirths: int = 0
    stopping: bool = False

    def __post_init__(self) -> None:
        self.pending = deque(self.jobs)
        self.selector = selectors.DefaultSelector()
        self.slots: list[_Slot] = []

    def run(self) -> list[Outcome]:
        with stop_requests() as requested:
            for number in range(self.slot_count):
                self._open(number)
            while any(slot.job for slot in self.slots):
                if requested():
                    self._stop()
                    raise KeyboardInterrupt(
                        "the runs under way are saved; the same command goes on from there"
                    )
                self._look()
        return [self.outcomes[job.number] for job in self.jobs]

    def close(self) -> None:
        for slot in self.slots:
            self.selector.unregister(slot.worker.channel)
            slot.worker.kill()
            slot.worker.end()
        self.slots.clear()
        self.selector.close()

    def _open(self, number: int) -> None:
        slot = _Slot(number, WorkerProcess(self.launcher.threads))
        self.slots.append(slot)
        self.selector.register(slot.worker.channel, selectors.EVENT_READ, slot)
        self._give(slot)

    def _give(self, slot: _Slot) -> None:
        """Gives a slot its next job, if there is one."""
        slot.job, slot.directory, slot.deadline = None, "", float("inf")
        if self.pending:
            slot.job = self.pending.popleft()
            self.tries[slot.job.number] = self.tries.get(slot.job.number, 0) + 1
            slot.worker.submit(slot.job, self.policy)
            if slot.ready:
                self._set_deadline(slot)

    def _look(self) -> None:
        """Waits for what the workers say, and for deadlines."""
        nearest = min(slot.deadline for slot in self.slots) - time.monotonic()
        for key, _ in self.selector.select(max(0.0, min(nearest, _LOOK_SECONDS))):
            slot: _Slot = key.data
            try:
                for message in slot.worker.channel.receive():
                    self._hear(slot, message)
            except EOFError:
                self._bury(slot)
        for slot in list(self.slots):
            if time.monotonic() >= slot.deadline:
                self._time_out(slot)

    def _hear(self, slot: _Slot, message: dict[str, Any]) -> None:
        if message["event"] == "ready":
            slot.ready = True
            self.stillbirths = 0
            self._set_deadline(slot)
            return
        assert slot.job is not None
        if message["event"] == "start":
            slot.directory = message["directory"]
            self.watcher.started(slot.number, slot.job, message["epochs"], message["steps"])
        elif message["event"] == "progress":
            self.watcher.progressed(slot.number, slot.job, message["epoch"], message["step"])
        elif message["event"] == "remark":
            self.watcher.remarked(slot.job, message["text"])
        elif message["event"] == "end":
            self._end(slot, Outcome(**message["outcome"]))
            self._give(slot)

    def _end(self, slot: _Slot, outcome: Outcome) -> None:
        assert slot.job is not None
        self.outcomes[outcome.number] = outcome
        self.watcher.ended(slot.number, slot.job, outcome)
        slot.job = None

    def _bury(self, slot: _Slot) -> None:
        """A worker has died: its job is tried again, unless it has been often enough."""
        how = self._remove(slot)
        job = slot.job
        if not slot.ready:
            self.stillbirths += 1
            if self.stillbirths >= _STILLBIRTHS:
                raise LaunchError(
                    f"the workers of the sweep cannot start: the last one {how}; "
                    "hydra/launcher=convlab_inline runs the jobs in this process"
                )
        if job is not None and not self.stopping:
            if self.tries[job.number] < self.launcher.attempts or not slot.ready:
                self.watcher.remarked(job, f"its process was {how}; trying again from its last checkpoint")
                self.pending.appendleft(job)
                self.tries[job.number] -= 0 if slot.ready else 1
            else:
                self._end(slot, Outcome(job.number, "killed", how, slot.directory))
        if self.pending:
            self._open(slot.number)

    def _time_out(self, slot: _Slot) -> None:
        slot.worker.kill()
        self._remove(slot)
        assert slot.job is not None
        text = f"it took longer than {self.launcher.timeout:g} s; run again, it goes on from its checkpoint"
        self._end(slot, Outcome(slot.job.number, "timed out", text, slot.directory))
        if self.pending:
            self._open(slot.number)

    def _remove(self, slot: _Slot) -> str:
        self.selector.unregister(slot.worker.channel)
        self.slots.remove(slot)
        return slot.worker.end()

    def _set_deadline(self, slot: _Slot) -> None:
        if self.launcher.timeout is not None and slot.job is not None:
            slot.deadline = time.monotonic() + self.launcher.timeout

    def _stop(self) -> None:
        """Lets the runs under way save themselves; a second Ctrl-C in the meantime ends them at once."""
        self.stopping = True
        self.pending.clear()
        while any(slot.job and slot.directory for slot in self.slots):
            for slot in self.slots:
                slot.worker.stop()  # again and again: a run that is about to begin does not listen yet
            self._look()
