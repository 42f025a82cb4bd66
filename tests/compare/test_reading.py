"""Which runs a comparison reads."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.compare.reading import read_runs
from convlab.errors import RecordError
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


def make_study(runs: Path, make_run: MakeRun, *, with_file: bool) -> tuple[RunDirectory, RunDirectory]:
    final = make_run("adam", study="final", validation=0.9)
    search = make_run("adam", study="tuning", seed=7, validation=0.8)
    if with_file:
        (runs / "study.json").write_text("{}")
    return final, search


def test_the_search_of_a_study_is_passed_over(runs: Path, make_run: MakeRun) -> None:
    final, search = make_study(runs, make_run, with_file=True)
    assert [run.path for run in read_runs(runs)] == [final.path]
    assert [run.path for run in read_runs([runs, runs / "tuning"])] == [final.path, search.path]
    assert [run.path for run in read_runs(search.path)] == [search.path]


def test_a_folder_that_is_called_tuning_elsewhere_is_read(runs: Path, make_run: MakeRun) -> None:
    final, search = make_study(runs, make_run, with_file=False)
    assert [run.path for run in read_runs(runs)] == [final.path, search.path]


def test_a_study_with_nothing_but_a_search_holds_no_runs(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", study="tuning", validation=0.8)
    (runs / "study.json").write_text("{}")
    with pytest.raises(RecordError, match=f"no runs in {runs}"):
        read_runs(runs)
