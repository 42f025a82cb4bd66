"""What a report is made from: the comparison, and each run behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from convlab.compare import Comparison, Question, Row, compare
from convlab.compare.reading import STUDY_FILE, read_runs
from convlab.compare.statistic import is_finite_number
from convlab.errors import RecordError
from convlab.records.documents import read_json
from convlab.records.read_run import ReadRun
from convlab.records.run_directory import RunDirectory

LEDGER_FILE = "tuning.json"


@dataclass(frozen=True)
class Study:
    """A study's own files.

    Attributes:
        folder: of the study.
        protocol: what study.json holds.
        ledger: what tuning.json holds; empty without tuning.
    """

    folder: Path
    protocol: dict[str, Any]
    ledger: dict[str, Any]


@dataclass(frozen=True)
class Material:
    """All that the sections of a report show.

    Attributes:
        folders: that were asked about.
        comparison: of the runs in them.
        runs: by folder, in the order of their paths.
        studies: one for each folder that holds a study.
    """

    folders: tuple[Path, ...]
    comparison: Comparison
    runs: dict[Path, ReadRun]
    studies: tuple[Study, ...]

    @classmethod
    def read(cls, folders: Sequence[Path], question: Question | None = None) -> "Material":
        """Reads the runs in some folders.

        Raises:
            RecordError: if a path is not a folder or none holds a run.
            ConfigError: if the question does not fit the runs.
        """
        comparison = compare(folders, question)
        runs = {run.path: run for run in read_runs(folders)}
        return cls(tuple(folders), comparison, runs, tuple(filter(None, map(_study_of, folders))))

    def label_of(self, run: Path) -> str:
        """The arm of a finished run; empty for others."""
        return self._labels.get(run, "")

    @cached_property
    def _labels(self) -> dict[Path, str]:
        return {run: row.label for row in self.comparison.rows for run in row.runs}

    def representative(self, row: Row) -> RunDirectory | None:
        """The finished run of an arm whose score is the median, the lower of two; None without one."""
        metric = self.comparison.metric.name
        scores = {path: self.runs[path].result.get(metric) for path in row.runs}
        ranked = sorted((score, path) for path, score in scores.items() if is_finite_number(score))
        return RunDirectory(ranked[(len(ranked) - 1) // 2][1]) if ranked else None

    def representatives(self, most: int) -> list[tuple[Row, RunDirectory]]:
        """The best arms, each with its representative run."""
        found = [(row, self.representative(row)) for row in self.comparison.rows[:most]]
        return [(row, run) for row, run in found if run is not None]


def _study_of(folder: Path) -> Study | None:
    protocol = _document(folder / STUDY_FILE)
    return Study(folder, protocol, _document(folder / LEDGER_FILE)) if protocol else None


def _document(path: Path) -> dict[str, Any]:
    """A document that may be missing; one that cannot be read is as good as missing to a reader."""
    try:
        return read_json(path) if path.is_file() else {}
    except RecordError:
        return {}
