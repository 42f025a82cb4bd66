"""A sweep from Python: the library's door to what ``convlab run -m`` does."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from convlab.errors import ConvlabError
from convlab.launching.job import Job, Outcome
from convlab.launching.launcher import Launcher, Policy, Watcher
from convlab.launching.launchers import make_launcher
from convlab.settings import Settings

# most sweeps repeat every choice for some seeds: those need no composition of their own
_SEED = re.compile(r"seed=\d{1,9}")


def sweep(
    experiments: Sequence[Settings | Mapping[str, Any]] | Sequence[str],
    *,
    launcher: Launcher | None = None,
    watcher: Watcher | None = None,
    rerun: bool = False,
    retry: bool = False,
) -> list[Outcome]:
    """Runs many experiments, and goes on where an earlier sweep was stopped.

    Runs that are finished are not trained again, those interrupted go on from their checkpoints.

    Args:
        experiments: settings, mappings of them, or Hydra overrides with sweeps, such as
            ``["optimizer=sgd,adam", "seed=range(5)"]``.
        launcher: where they run; None takes worker processes on this machine.
        watcher: hears of the progress.
        rerun: trains every run again, and replaces its record.
        retry: trains those again that failed.

    Returns:
        How each experiment ended, in order; results are in the runs' directories.

    Raises:
        ConvlabError: if one of the experiments cannot be composed; then none has started.
        KeyboardInterrupt: on Ctrl-C, after runs under way have saved a checkpoint.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     common = {"data": "synthetic", "epochs": 1, "runs_dir": folder}
        ...     outcomes = sweep([common | {"seed": seed} for seed in (0, 1)])
        >>> [outcome.status for outcome in outcomes]
        ['finished', 'finished']
    """
    jobs = plan_jobs(experiments)
    return (launcher or make_launcher()).launch(jobs, watcher or Watcher(), Policy(rerun, retry))


def plan_jobs(experiments: Sequence[Settings | Mapping[str, Any]] | Sequence[str]) -> list[Job]:
    """Composes and checks every experiment of a sweep before the first starts.

    Raises:
        ConvlabError: if one of them does not fit, naming it.
    """
    overrides = [item for item in experiments if isinstance(item, str)]
    if overrides:
        from convlab.config import Composer  # Hydra is loaded only for those who use its overrides

        with Composer() as composer:
            return composed_jobs(composer, overrides)
    jobs = []
    for number, item in enumerate(experiments):
        assert not isinstance(item, str)
        settings = item.completed() if isinstance(item, Settings) else Settings.from_mapping(item)
        jobs.append(Job(number, f"experiment {number + 1}", settings))
    return jobs


def composed_jobs(composer: Any, overrides: Sequence[str]) -> list[Job]:
    """The jobs that overrides with sweeps stand for.

    Args:
        composer: a `convlab.config.Composer` that is entered.
        overrides: as on the command line.

    Raises:
        ConvlabError: if one of them cannot be composed, naming the job.
    """
    expanded = composer.expand(overrides)
    common = set(expanded[0]).intersection(*expanded[1:]) if len(expanded) > 1 else set()
    composed: dict[tuple[str, ...], Settings] = {}
    jobs = []
    for number, job in enumerate(expanded):
        label = " ".join(override for override in job if override not in common) or "defaults"
        seeds = [override for override in job if _SEED.fullmatch(override)]
        others = tuple(override for override in job if override not in seeds)
        try:
            if others not in composed:
                composed[others] = composer.compose(others)
            settings = composed[others]
            if seeds:
                settings = replace(settings, seed=int(seeds[-1].partition("=")[2]))
        except ConvlabError as error:
            raise type(error)(f"{label}: {error}") from error
        jobs.append(Job(number, label, settings))
    return jobs
