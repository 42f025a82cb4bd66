"""The one place where runs are read from disk for a comparison."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convlab.compare.config_reader import read_config
from convlab.errors import RecordError
from convlab.records.flat import Flat, flatten
from convlab.records.run_directory import RunDirectory, find_runs

STUDY_FILE = "study.json"
# Beside a study file: the runs of a search for settings, which are no evidence for what was searched.
_SEARCH_FOLDER = "tuning"


@dataclass(frozen=True)
class ReadRun:
    """What a comparison needs of a run.

    Attributes:
        path: its folder.
        config: its settings by dotted name; empty if they cannot be read.
        status: finished, diverged, failed, interrupted, running or unreadable.
        result: what result.json holds; empty while there is none.
        problem: why it does not count, empty if it is finished.
    """

    path: Path
    config: Flat
    status: str
    result: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def read_runs(paths: Path | str | Iterable[Path | str]) -> list[ReadRun]:
    """Reads all runs in some folders.

    Args:
        paths: a folder or several, searched for runs; in a study the folder ``tuning`` is passed over unless
            it is asked for by its own path.

    Returns:
        The runs, in the order of their paths.

    Raises:
        RecordError: if a path is not a folder or none holds a run.
    """
    given = [Path(path) for path in ([paths] if isinstance(paths, Path | str) else paths)]
    directories = _without_searches(find_runs(given), given)
    if not directories:
        told = ", ".join(map(str, given))
        raise RecordError(f"no runs in {told or 'nothing'}: a run is a folder with a config.yaml")
    return [_read(directory) for directory in directories]


def _without_searches(runs: Sequence[RunDirectory], given: Sequence[Path]) -> list[RunDirectory]:
    holders = {run.path.parent for run in runs}
    named = {folder for holder in holders for folder in (holder, *holder.parents)}
    searches = [
        folder
        for folder in named
        if folder.name == _SEARCH_FOLDER
        and (folder.parent / STUDY_FILE).is_file()
        and not any(path.is_relative_to(folder) for path in given)
    ]
    hidden = {holder for holder in holders if any(holder.is_relative_to(folder) for folder in searches)}
    return [run for run in runs if run.path.parent not in hidden]


def _read(directory: RunDirectory) -> ReadRun:
    config: Flat = {}
    try:
        config = flatten(read_config(directory.path / "config.yaml"))
        result = directory.result
        if result is not None and result["status"] == "finished":
            return ReadRun(directory.path, config, "finished", result)
        status = directory.status
        problem = _describe(directory, status, result or {})
    except (RecordError, RecursionError) as error:
        return ReadRun(directory.path, config, "unreadable", {}, f"unreadable: {error}")
    return ReadRun(directory.path, config, status, result or {}, problem)


def _describe(directory: RunDirectory, status: str, result: dict[str, Any]) -> str:
    """How a run without a finished result stands, such as ``"interrupted after epoch 3"``."""
    if result.get("message"):
        return f"{status}: {result['message']}"
    epochs = _epochs_done(directory)
    return f"running, {epochs} epochs done" if status == "running" else f"{status} after epoch {epochs}"


def _epochs_done(directory: RunDirectory) -> int:
    epochs = [line["epoch"] for line in directory.metrics if isinstance(line.get("epoch"), int)]
    return max(epochs, default=0)
