"""Runs on disk as data: plain records, or a pandas DataFrame."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.errors import MissingExtraError
from convlab.records.index import find_index, indexed_runs
from convlab.records.run_directory import RunDirectory, find_runs

if TYPE_CHECKING:
    import pandas


def run_records(paths: Path | str | Iterable[Path | str]) -> list[dict[str, Any]]:
    """Reads all runs in some folders as flat records.

    Args:
        paths: a folder or several, searched for runs.

    Returns:
        For each run ``directory``, ``status`` and ``problem``, its settings by dotted name, and what
        result.json holds, behind ``result.``.

    Raises:
        RecordError: if a path is not a folder.

    Example:
        >>> import convlab, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     result = convlab.run({"data": "synthetic", "epochs": 1, "runs_dir": folder})
        ...     [record] = run_records(folder)
        >>> record["optimizer"], record["result.test_accuracy"] == result.test_accuracy
        ('adam', True)
    """
    given = [paths] if isinstance(paths, Path | str) else list(paths)
    index = find_index(given[0]) if len(given) == 1 else None
    return [
        {
            "directory": str(run.path),
            "status": run.status,
            "problem": run.problem,
            **run.config,
            **{f"result.{name}": value for name, value in run.result.items()},
        }
        for run in indexed_runs(find_runs(given), index)
    ]


def load_runs(paths: Path | str | Iterable[Path | str], *, epochs: bool = False) -> "pandas.DataFrame":
    """Reads all runs in some folders as a pandas DataFrame.

    Args:
        paths: a folder or several, searched for runs.
        epochs: a row for each epoch of each run, with what was measured after it, not one for each run.

    Returns:
        The columns are those of `run_records`; with ``epochs`` also the metrics, behind ``metrics.``.

    Raises:
        RecordError: if a path is not a folder, or metrics cannot be read.
        MissingExtraError: if pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise MissingExtraError(
            "load_runs needs pandas: pip install 'convlab[frame]'; run_records gives the same as plain data"
        ) from error
    records = run_records(paths)
    if not epochs:
        return pandas.DataFrame(records)
    return pandas.DataFrame(
        [
            {**record, **{f"metrics.{name}": value for name, value in line.items()}}
            for record in records
            for line in RunDirectory(record["directory"]).metrics
        ]
    )
