"""Jobs that run where no pipe leads to: each is submitted, looked at, and tried again if it died."""

import time
from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

from convlab.interrupts import stop_requests
from convlab.launching.job import Job, Outcome
from convlab.launching.launcher import Policy, Watcher


class Site(Protocol):
    """A place that runs jobs: a cluster, or a queue of one."""

    def submit(self, job: Job, policy: Policy) -> Hashable:
        """Hands a job over; returns what `poll` and `cancel` know it by."""
        ...

    def poll(self, flights: Sequence[Hashable]) -> dict[Hashable, Outcome | str]:
        """Waits for a moment; returns the jobs that ended, with their outcome or how their process died."""
        ...

    def cancel(self, flight: Hashable) -> None:
        """Ends a job; if possible it saves its run before."""
        ...


@dataclass
class _Flight:
    job: Job
    slot: int
    submitted: float


class RemoteSweep:
    """One sweep at a site, with a limit on how many jobs are there at a time.

    Args:
        site: where the jobs run.
        slots: jobs at a time, >= 1.
        attempts: how often a job is tried whose process dies, >= 1.
        timeout: seconds that a job may take, or None.
    """

    def __init__(self, site: Site, *, slots: int, attempts: int, timeout: float | None) -> None:
        self._site, self._slots = site, slots
        self._attempts, self._timeout = attempts, timeout
        self._outcomes: dict[int, Outcome] = {}
        self._tries: dict[int, int] = {}
        self._flights: dict[Hashable, _Flight] = {}

    def run(self, jobs: Sequence[Job], watcher: Watcher, policy: Policy) -> list[Outcome]:
        """Runs the jobs; see `convlab.launching.Launcher`."""
        self._pending, self._watcher, self._policy = deque(jobs), watcher, policy
        watcher.begin(jobs, self._slots)
        try:
            with stop_requests() as requested:
                while self._pending or self._flights:
                    if requested():
                        raise KeyboardInterrupt("the same command goes on from what is saved")
                    self._submit()
                    self._look()
        finally:
            for flight in self._flights:
                self._site.cancel(flight)
            watcher.finish()
        return [self._outcomes[job.number] for job in jobs]

    def _submit(self) -> None:
        taken = {flight.slot for flight in self._flights.values()}
        for slot in sorted(set(range(self._slots)) - taken):
            if self._pending:
                job = self._pending.popleft()
                self._tries[job.number] = self._tries.get(job.number, 0) + 1
                flight = self._site.submit(job, self._policy)
                self._flights[flight] = _Flight(job, slot, time.monotonic())
                self._watcher.started(slot, job, job.settings.epochs, 1)

    def _look(self) -> None:
        for handle, found in self._site.poll(list(self._flights)).items():
            flight = self._flights.pop(handle)
            if isinstance(found, Outcome):
                self._end(flight, found)
            elif self._tries[flight.job.number] < self._attempts:
                self._watcher.remarked(
                    flight.job, f"its process {found}; trying again from its last checkpoint"
                )
                self._pending.appendleft(flight.job)
            else:
                self._end(flight, Outcome(flight.job.number, "killed", found))
        if self._timeout is None:
            return
        for handle, flight in list(self._flights.items()):
            if time.monotonic() - flight.submitted > self._timeout:
                self._site.cancel(handle)
                del self._flights[handle]
                text = f"it took longer than {self._timeout:g} s; run again, it goes on from its checkpoint"
                self._end(flight, Outcome(flight.job.number, "timed out", text))

    def _end(self, flight: _Flight, outcome: Outcome) -> None:
        self._outcomes[flight.job.number] = outcome
        self._watcher.ended(flight.slot, flight.job, outcome)
