"""A sweep on the command line: jobs, what is shown of them, and the comparison at the end."""

from collections.abc import Sequence

from convlab.cli import console
from convlab.cli.sweep_progress import SweepProgress, told
from convlab.compare import compare, render
from convlab.launching import Job, Launcher
from convlab.launching.launcher import Policy


def run_sweep(jobs: Sequence[Job], launcher: Launcher, policy: Policy) -> int:
    """Runs all jobs, then prints the comparison of their runs, also when some failed or on Ctrl-C.

    Args:
        jobs: all of them valid.
        launcher: where they run.
        policy: what is done about runs that are on disk already.

    Returns:
        Exit code: 1 if any job failed.
    """
    err = console.progress()
    watcher = SweepProgress(err)
    try:
        launcher.launch(jobs, watcher, policy)
    finally:
        directories = list(dict.fromkeys(outcome.path for _, outcome in watcher.outcomes if outcome.path))
        if directories:
            render(compare(directories), console.output())
    failures = [
        f"{job.label}: {told(outcome)}" for job, outcome in watcher.outcomes if outcome.status != "finished"
    ]
    for text in failures:
        err.print(f"convlab: error: {text}", style="red")
    return 1 if failures else 0
