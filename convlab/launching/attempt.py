"""One job, run in the process that calls: whatever happens becomes an outcome."""

import traceback
from collections.abc import Callable, Mapping

from convlab import experiment
from convlab.errors import ConvlabError
from convlab.launching.job import Job, Outcome
from convlab.launching.launcher import Policy
from convlab.results import Listener, Result, RunPlan

RETRY_REMEDY = "--retry runs it again"


class JobListener(Listener):
    """Passes on what a launcher's watcher needs, and remembers where the run is.

    Args:
        on_start: called with epochs and steps per epoch.
        on_step: called with epoch and step.
        on_remark: called with each warning.
    """

    def __init__(
        self,
        on_start: Callable[[int, int], None],
        on_step: Callable[[int, int], None],
        on_remark: Callable[[str], None],
    ) -> None:
        self._on_start, self._on_step, self._on_remark = on_start, on_step, on_remark
        self.directory = ""
        self._epochs = 0

    @property
    def where_it_stopped(self) -> str:
        """What was saved of a run that was stopped, and how to go on."""
        if not self.directory:
            return "stopped before it began"
        epochs = f"{self._epochs} epoch{'' if self._epochs == 1 else 's'}"
        return f"{epochs} done, saved in {self.directory}; the same command goes on from there"

    def run_started(self, plan: RunPlan) -> None:
        """Says how long the run is."""
        self.directory = str(plan.directory)
        for warning in plan.warnings:
            self._on_remark(warning)
        self._on_start(plan.epochs, plan.steps_per_epoch)
        if plan.first_epoch:
            self._on_step(plan.first_epoch, plan.steps_per_epoch)

    def step_done(self, epoch: int, step: int) -> None:
        """Says where it stands."""
        self._on_step(epoch, step)

    def epoch_done(self, metrics: Mapping[str, float | int]) -> None:
        """Leaves the metrics to the run's record."""

    def run_finished(self, result: Result) -> None:
        """Remembers where the run is, which one that was finished before tells only here."""
        self.directory, self._epochs = str(result.directory), result.epochs


def attempt(job: Job, listener: JobListener, policy: Policy) -> Outcome:
    """Runs one job to its end.

    Args:
        job: what to run.
        listener: hears of the progress.
        policy: what is done about a run that is on disk already.

    Returns:
        The outcome; status ``"interrupted"`` if the run was asked to stop.
    """
    try:
        result = experiment.run(job.settings, listener=listener, rerun=policy.rerun, retry=policy.retry)
    except KeyboardInterrupt:
        return Outcome(job.number, "interrupted", listener.where_it_stopped, listener.directory)
    except ConvlabError as error:
        return Outcome(job.number, "failed", str(error), listener.directory)
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        return Outcome(job.number, "failed", text, listener.directory, traceback=traceback.format_exc())
    return _outcome(job, result)


def _outcome(job: Job, result: Result) -> Outcome:
    message = result.message
    if result.reused and result.status == "failed":
        message = f"{message} (before; {RETRY_REMEDY})"
    return Outcome(
        job.number,
        result.status,
        message,
        str(result.directory),
        seconds=result.seconds,
        validation_accuracy=result.validation_accuracy,
        test_accuracy=result.test_accuracy,
        reused=result.reused,
    )
