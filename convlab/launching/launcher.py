"""What every launcher is: jobs in, outcomes out, and somebody who watches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from convlab.errors import ConfigError
from convlab.launching.job import Job, Outcome


@dataclass(frozen=True)
class Policy:
    """What is done about runs that are on disk already.

    Attributes:
        rerun: train every run again, and replace its record.
        retry: train those again that failed.
    """

    rerun: bool = False
    retry: bool = False


class Watcher:
    """Hears how the jobs of a sweep get on; every method may be left as it is.

    A slot is a place for one job at a time, counted from 0; each worker is one.
    """

    def begin(self, jobs: Sequence[Job], slots: int) -> None:
        """Before the first job starts."""

    def started(self, slot: int, job: Job, epochs: int, steps_per_epoch: int) -> None:
        """A job begins to train."""

    def progressed(self, slot: int, job: Job, epoch: int, step: int) -> None:
        """A job has done `step` steps of its epoch `epoch`, which counts from 1."""

    def remarked(self, job: Job, text: str) -> None:
        """Something that the user should know, such as a process that died and is replaced."""

    def ended(self, slot: int, job: Job, outcome: Outcome) -> None:
        """A job ended, however it did."""

    def finish(self) -> None:
        """After the last job, also if the sweep is stopped."""


class Launcher(Protocol):
    """Runs jobs somewhere."""

    def launch(self, jobs: Sequence[Job], watcher: Watcher, policy: Policy) -> list[Outcome]:
        """Runs all jobs; one that fails stops no other.

        Args:
            jobs: what to run.
            watcher: hears of everything at once.
            policy: what is done about runs that are on disk already.

        Returns:
            The outcomes in the order of the jobs.

        Raises:
            KeyboardInterrupt: when the user stops the sweep; runs under way have saved a checkpoint.
            LaunchError: if the place where the jobs should run cannot be had.
        """
        ...


def check_ranges(launcher: Any) -> None:
    """Checks the fields that launchers share: ``workers``, ``threads``, ``attempts`` and ``timeout``.

    Raises:
        ConfigError: if one is out of range; None is in every range.
    """
    for name in ("workers", "threads", "attempts"):
        value = getattr(launcher, name)
        if value is not None and value < 1:
            raise ConfigError(f"launcher: {name} must be >= 1, got {value}")
    if launcher.timeout is not None and launcher.timeout <= 0:
        raise ConfigError(f"launcher: timeout must be > 0 seconds, got {launcher.timeout}")
