"""A sweep: every job is composed and checked before the first starts, and a job that fails stops no other.

A job is plain data, and what it reached is on disk. So the loop in `run_sweep` is the only part that knows
that jobs run one after the other in this process.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from convlab import experiment
from convlab.cli import console
from convlab.cli.progress import Progress
from convlab.cli.text import one_line, seconds_text
from convlab.compare import compare, render
from convlab.config import Composer
from convlab.errors import ConvlabError
from convlab.results import Result
from convlab.settings import Settings


@dataclass(frozen=True)
class Job:
    """One experiment of a sweep.

    Attributes:
        label: the overrides in which it differs from the other jobs.
        settings: what they compose to.
    """

    label: str
    settings: Settings


@dataclass(frozen=True)
class Sweep:
    """The jobs of one sweep, all of them valid."""

    jobs: tuple[Job, ...]

    @classmethod
    def plan(cls, composer: Composer, overrides: Sequence[str]) -> Self:
        """Composes every job.

        Raises:
            ConfigError: if one of them cannot be composed, naming the job.
            UnknownPluginError: if one of them chooses what is not installed.
        """
        expanded = composer.expand(overrides)
        common = set(expanded[0]).intersection(*expanded[1:]) if len(expanded) > 1 else set()
        jobs = []
        for job in expanded:
            label = " ".join(override for override in job if override not in common) or "defaults"
            try:
                jobs.append(Job(label, composer.compose(job)))
            except ConvlabError as error:
                raise type(error)(f"{label}: {error}") from error
        return cls(tuple(jobs))


def run_sweep(sweep: Sweep, *, rerun: bool) -> int:
    """Runs all jobs, then prints the comparison of their runs, also when some failed or on Ctrl-C.

    Returns:
        Exit code: 1 if any job failed.
    """
    directories: list[Path] = []
    failures: list[str] = []
    try:
        for number, job in enumerate(sweep.jobs, start=1):
            title = f"[{number:>{len(str(len(sweep.jobs)))}}/{len(sweep.jobs)}] {job.label}"
            failure = _run_job(job, title, directories, rerun=rerun)
            if failure:
                failures.append(f"{job.label}: {failure}")
    finally:
        if directories:
            render(compare(directories), console.output())
    err = console.progress()
    for text in failures:
        err.print(f"convlab: error: {text}", style="red")
    return 1 if failures else 0


def _run_job(job: Job, title: str, directories: list[Path], *, rerun: bool) -> str:
    """Runs one job and says what it reached; returns how it failed, or nothing."""
    err = console.progress()
    with Progress(err, title) as listener:
        try:
            result = experiment.run(job.settings, listener=listener, rerun=rerun)
        except KeyboardInterrupt as interrupt:
            raise KeyboardInterrupt(listener.where_it_stopped) from interrupt
        except ConvlabError as error:
            failure = one_line(f"failed: {error}")
        except Exception as error:
            err.print(traceback.format_exc(), end="")
            failure = one_line(f"failed: {type(error).__name__}: {error}")
        else:
            failure = "" if result.status == "finished" else one_line(f"{result.status}: {result.message}")
        finally:
            if listener.directory is not None and listener.directory not in directories:
                directories.append(listener.directory)
    err.print(f"{title}  {failure or _summary(result)}", style="red" if failure else None)
    return failure


def _summary(result: Result) -> str:
    parts = [f"test {result.test_accuracy:.4f}"]
    if result.validation_accuracy == result.validation_accuracy:
        parts.append(f"validation {result.validation_accuracy:.4f}")
    parts.append("finished before" if result.reused else seconds_text(result.seconds))
    return "  ".join(parts)
