"""Runs side by side: what differs between them, and what each reached over its seeds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convlab.compare.columns import differing_columns
from convlab.compare.headline import headline
from convlab.compare.statistic import Statistic
from convlab.errors import RecordError
from convlab.records.cell import canonical
from convlab.records.flat import Flat, flatten
from convlab.records.run_directory import RunDirectory, find_runs
from convlab.records.text import printable

# Settings that say where and how a run happened, or which of the repetitions it was.
_NOT_COMPARED = frozenset({"seed", "study", "runs_dir", "threads", "trackers", "probes"})
_NOTE_LIMIT = 1000
_RESULTS = ("validation_accuracy", "best_validation_accuracy", "test_accuracy", "seconds", "epochs")


@dataclass(frozen=True)
class Row:
    """All runs of one configuration.

    Attributes:
        label: what tells this configuration from the others, such as ``"he_normal, optimizer.lr=0.1"``.
        settings: value by column; a column that this configuration lacks is missing.
        runs: folders of the finished runs, one for each seed.
        unfinished: number of the other runs by status.
        validation_accuracy: after the last epoch, over the finished runs; None where there is none.
        best_validation_accuracy: of the best epoch.
        test_accuracy: after the last epoch.
        seconds: of training.
        epochs: that were trained.
    """

    label: str
    settings: dict[str, Any]
    runs: tuple[Path, ...]
    unfinished: dict[str, int]
    validation_accuracy: Statistic | None
    best_validation_accuracy: Statistic | None
    test_accuracy: Statistic | None
    seconds: Statistic | None
    epochs: Statistic | None


@dataclass(frozen=True)
class Comparison:
    """Runs side by side.

    Attributes:
        columns: dotted names of the settings that differ.
        rows: one for each configuration, best first, those without a finished run last.
        ranked_by: ``"validation_accuracy"``, or ``"test_accuracy"`` if no run has a validation split.
        notes: one sentence for each run that is not in the means, with its folder and the reason.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    ranked_by: str
    notes: tuple[str, ...]

    @property
    def headline(self) -> str:
        """The outcome in one sentence."""
        return headline([(row.label, getattr(row, self.ranked_by)) for row in self.rows], self.ranked_by)

    def to_table(self) -> list[dict[str, Any]]:
        """The rows as plain data.

        Returns:
            For each row its settings by column, ``runs`` (number of finished runs), ``unfinished`` (number
            of others by status) and, for each result, ``<result>_mean`` and ``<result>_deviation``.
        """
        return [_plain_row(self.columns, row) for row in self.rows]


@dataclass(frozen=True)
class _Run:
    directory: RunDirectory
    config: Flat
    status: str
    result: dict[str, Any]
    problem: str


def compare(paths: Path | str | Iterable[Path | str]) -> Comparison:
    """Compares all runs in some folders.

    Runs whose configs differ only in the seed, or in where and how they ran, share a row; means and sample
    standard deviations go over its finished runs. Rows are ranked by the mean validation accuracy after the
    last epoch; test accuracy ranks only where no run has a validation split.

    Args:
        paths: a folder or several, searched for runs.

    Returns:
        The comparison.

    Raises:
        RecordError: if a path is not a folder or holds no runs.
    """
    directories = find_runs(paths)
    if not directories:
        told = ", ".join(str(path) for path in ([paths] if isinstance(paths, Path | str) else paths))
        raise RecordError(f"no runs in {told or 'nothing'}: a run is a folder with a config.yaml")
    read = [_read(directory) for directory in directories]
    runs = [run for run in read if run.config]
    runs, duplicates = _once_per_seed(runs)
    groups: dict[str, list[_Run]] = {}
    for run in runs:
        groups.setdefault(canonical(_compared(run.config)), []).append(run)
    columns = differing_columns([_compared(group[0].config) for group in groups.values()])
    rows = [_row(columns, group) for group in groups.values()]
    validated = any(row.validation_accuracy for row in rows)
    ranked_by = "validation_accuracy" if validated else "test_accuracy"
    rows.sort(key=lambda row: _rank(row, ranked_by))
    notes = [printable(f"{run.directory.path}: {run.problem}", _NOTE_LIMIT) for run in read if run.problem]
    return Comparison(tuple(columns), tuple(rows), ranked_by, (*notes, *duplicates))


def _read(directory: RunDirectory) -> _Run:
    config: Flat = {}
    try:
        config = flatten(directory.config)
        status = directory.status
        result = directory.result or {}
        problem = "" if status == "finished" else _describe(directory, status, result)
    except (RecordError, RecursionError) as error:
        return _Run(directory, config, "unreadable", {}, f"unreadable: {error}")
    return _Run(directory, config, status, result, problem)


def _describe(directory: RunDirectory, status: str, result: dict[str, Any]) -> str:
    """How a run without a finished result stands, such as ``"interrupted after epoch 3"``."""
    if result.get("message"):
        return f"{status}: {result['message']}"
    epochs = _epochs_done(directory)
    return f"running, {epochs} epochs done" if status == "running" else f"{status} after epoch {epochs}"


def _epochs_done(directory: RunDirectory) -> int:
    epochs = [line["epoch"] for line in directory.metrics if isinstance(line.get("epoch"), int)]
    return max(epochs, default=0)


def _compared(config: Flat) -> Flat:
    return {name: value for name, value in config.items() if name.partition(".")[0] not in _NOT_COMPARED}


def _once_per_seed(runs: list[_Run]) -> tuple[list[_Run], list[str]]:
    """Drops second runs of one configuration and seed: they repeat a result and are no further evidence."""
    kept: dict[str, _Run] = {}
    notes = []
    for run in sorted(runs, key=lambda run: run.status != "finished"):
        key = canonical({**_compared(run.config), "seed": run.config.get("seed")})
        first = kept.setdefault(key, run)
        if first is not run:
            path = printable(run.directory.path)
            same = printable(first.directory.path)
            notes.append(f"{path}: left out, same configuration and seed as {same}")
    return list(kept.values()), notes


def _row(columns: list[str], group: list[_Run]) -> Row:
    config = group[0].config
    settings = {name: config[name] for name in columns if name in config}
    finished = [run for run in group if run.status == "finished"]
    summaries = {name: Statistic.of(run.result.get(name) for run in finished) for name in _RESULTS}
    return Row(
        label=_label(columns, config),
        settings=settings,
        runs=tuple(run.directory.path for run in finished),
        unfinished=dict(Counter(run.status for run in group if run.status != "finished")),
        **summaries,
    )


def _label(columns: list[str], config: Flat) -> str:
    """What tells a configuration apart: choices by their names alone, other settings as name=value."""
    if not columns:
        return printable(config.get("model") or "all runs")
    parts = [
        value if isinstance(value, str) and "." not in name else f"{name}={value}"
        for name, value in config.items()
        if name in columns
    ]
    return printable(", ".join(parts) or f"without {', '.join(columns)}")


def _rank(row: Row, ranked_by: str) -> tuple[bool, float, str]:
    found: Statistic | None = getattr(row, ranked_by)
    return (found is None, -found.mean if found else 0.0, row.label)


def _plain_row(columns: tuple[str, ...], row: Row) -> dict[str, Any]:
    plain: dict[str, Any] = {name: row.settings.get(name) for name in columns}
    plain |= {"runs": len(row.runs), "unfinished": dict(row.unfinished)}
    for name in _RESULTS:
        found: Statistic | None = getattr(row, name)
        plain[f"{name}_mean"] = found.mean if found else None
        plain[f"{name}_deviation"] = found.deviation if found else None
    return plain
