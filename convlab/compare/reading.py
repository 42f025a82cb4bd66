"""The one place where runs are read from disk for a comparison."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from convlab.errors import RecordError
from convlab.records.index import find_index, indexed_runs
from convlab.records.read_run import ReadRun
from convlab.records.run_directory import RunDirectory, find_runs

STUDY_FILE = "study.json"
# Beside a study file: the runs of a search for settings, which are no evidence for what was searched.
_SEARCH_FOLDER = "tuning"


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
    return indexed_runs(directories, find_index(os.path.commonpath([path.absolute() for path in given])))


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
