"""The launcher without processes: one job after the other, here."""

from collections.abc import Sequence
from dataclasses import dataclass

from convlab.launching.attempt import JobListener, attempt
from convlab.launching.job import Job, Outcome
from convlab.launching.launcher import Policy, Watcher


@dataclass(frozen=True)
class InlineLauncher:
    """Runs jobs one after the other in this process, with all threads: for debuggers and for big networks.

    A job that kills the process ends the sweep; what was computed is on disk.

    Example:
        >>> from convlab.launching import Watcher
        >>> InlineLauncher().launch([], Watcher(), Policy())
        []
    """

    def launch(self, jobs: Sequence[Job], watcher: Watcher, policy: Policy) -> list[Outcome]:
        """Runs the jobs; see `convlab.launching.Launcher`."""
        watcher.begin(jobs, 1)
        try:
            return [self._run(job, watcher, policy) for job in jobs]
        finally:
            watcher.finish()

    def _run(self, job: Job, watcher: Watcher, policy: Policy) -> Outcome:
        listener = JobListener(
            lambda epochs, steps: watcher.started(0, job, epochs, steps),
            lambda epoch, step: watcher.progressed(0, job, epoch, step),
            lambda text: watcher.remarked(job, text),
        )
        outcome = attempt(job, listener, policy)
        watcher.ended(0, job, outcome)
        if outcome.status == "interrupted":
            raise KeyboardInterrupt(outcome.message)
        return outcome
