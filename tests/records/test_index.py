"""The index says what the folders say, whatever happens to it."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from convlab.records import index as index_module
from convlab.records.index import INDEX_FILE, drop_missing, find_index, indexed_runs
from convlab.records.read_run import ReadRun, read_run
from convlab.records.run_directory import RunDirectory, find_runs


def make_run(folder: Path, name: str, **result: Any) -> RunDirectory:
    run = RunDirectory(folder / "study" / name)
    with run.claim():
        run.write_config({"optimizer": {"name": "adam", "lr": 0.1}, "seed": 1})
        if result:
            run.write_result({"status": "finished", **result})
    return run


@pytest.fixture
def runs(tmp_path: Path) -> list[RunDirectory]:
    make_run(tmp_path, "a", test_accuracy=0.5)
    make_run(tmp_path, "b", test_accuracy=float("nan"))
    make_run(tmp_path, "c")
    return find_runs(tmp_path)


def plainly(runs: list[ReadRun]) -> str:
    return repr(runs)  # NaN differs from itself, its text does not


def test_it_gives_what_the_folders_give(runs: list[RunDirectory], tmp_path: Path) -> None:
    expected = plainly([read_run(run) for run in runs])
    for _ in range(2):
        assert plainly(indexed_runs(runs, tmp_path / INDEX_FILE)) == expected


def test_what_has_not_changed_is_not_read_again(
    runs: list[RunDirectory], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed_runs(runs, tmp_path / INDEX_FILE)
    read: list[str] = []
    monkeypatch.setattr(
        index_module,
        "read_run",
        lambda run: read.append(run.path.name) or read_run(run),  # type: ignore[func-returns-value]
    )
    indexed_runs(runs, tmp_path / INDEX_FILE)
    assert read == ["c"]  # it has not ended


def test_what_has_changed_is(runs: list[RunDirectory], tmp_path: Path) -> None:
    indexed_runs(runs, tmp_path / INDEX_FILE)
    runs[0].write_result({"status": "failed", "message": "disk full"})
    runs[2].write_result({"status": "finished", "test_accuracy": 0.9})
    first, _, third = indexed_runs(runs, tmp_path / INDEX_FILE)
    assert (first.status, first.problem) == ("failed", "failed: disk full")
    assert (third.status, third.result["test_accuracy"]) == ("finished", 0.9)


def rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / INDEX_FILE)) as database:
        (count,) = database.execute("SELECT count(*) FROM runs").fetchone()
    return int(count)


def test_a_damaged_index_is_made_anew(runs: list[RunDirectory], tmp_path: Path) -> None:
    indexed_runs(runs, tmp_path / INDEX_FILE)
    content = bytearray((tmp_path / INDEX_FILE).read_bytes())
    content[100:] = bytes(len(content) - 100)
    (tmp_path / INDEX_FILE).write_bytes(content)
    assert len(indexed_runs(runs, tmp_path / INDEX_FILE)) == 3
    assert rows(tmp_path) == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE runs SET content = 'no JSON'",
        "UPDATE runs SET content = '[1, 2, 3, 4]'",
        "UPDATE runs SET content = x'ff'",
        "UPDATE runs SET content = CAST(x'ff00fe' AS TEXT)",
        "ALTER TABLE runs RENAME COLUMN stamp TO other",
        "DROP TABLE runs",
        "PRAGMA user_version = 99",
    ],
)
def test_an_index_that_was_changed_is_mended(runs: list[RunDirectory], tmp_path: Path, change: str) -> None:
    expected = plainly(indexed_runs(runs, tmp_path / INDEX_FILE))
    with closing(sqlite3.connect(tmp_path / INDEX_FILE)) as database, database:
        database.execute(change)
    for _ in range(2):
        assert plainly(indexed_runs(runs, tmp_path / INDEX_FILE)) == expected
    assert rows(tmp_path) == 2


@pytest.mark.parametrize("content", [b"no database", b"", b"SQLite format 3\x00" + bytes(4000)])
def test_a_file_of_somebody_else_is_left_alone(
    runs: list[RunDirectory], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / INDEX_FILE).write_bytes(content)
    assert find_index(tmp_path) is None
    assert len(indexed_runs(runs, tmp_path / INDEX_FILE)) == 3
    drop_missing(runs, tmp_path / INDEX_FILE)
    assert (tmp_path / INDEX_FILE).read_bytes() == content


def test_a_database_of_somebody_else_is_left_alone(runs: list[RunDirectory], tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / INDEX_FILE)) as database, database:
        database.execute("CREATE TABLE runs (mine TEXT)")
        database.execute("INSERT INTO runs VALUES ('precious')")
    assert len(indexed_runs(runs, tmp_path / INDEX_FILE)) == 3
    with closing(sqlite3.connect(tmp_path / INDEX_FILE)) as database:
        assert database.execute("SELECT mine FROM runs").fetchall() == [("precious",)]


def test_an_index_that_cannot_be_written_is_done_without(runs: list[RunDirectory], tmp_path: Path) -> None:
    (tmp_path / INDEX_FILE).mkdir()
    assert len(indexed_runs(runs, tmp_path / INDEX_FILE)) == 3


def test_a_locked_index_is_done_without(
    runs: list[RunDirectory], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed_runs(runs, tmp_path / INDEX_FILE)
    monkeypatch.setattr(index_module, "_BUSY_SECONDS", 0.01)
    holder = sqlite3.connect(tmp_path / INDEX_FILE, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert len(indexed_runs(runs, tmp_path / INDEX_FILE)) == 3
    finally:
        holder.close()
    assert rows(tmp_path) == 2


def test_hostile_content_stays_text(tmp_path: Path) -> None:
    name = "'); DROP TABLE runs; --"
    run = make_run(tmp_path, name, message="\x1b[31m\x00")
    for _ in range(2):
        [read] = indexed_runs([run], tmp_path / INDEX_FILE)
        assert read.path.name == name
        assert json.dumps(read.result["message"]) == '"\\u001b[31m\\u0000"'


def test_a_run_whose_name_is_no_text_is_read_without_it(tmp_path: Path) -> None:
    run = make_run(tmp_path, os.fsdecode(b"bad\xff"), test_accuracy=0.5)
    for _ in range(2):
        [read] = indexed_runs([run], tmp_path / INDEX_FILE)
        assert read.status == "finished"


def test_it_covers_the_folders_below_it(runs: list[RunDirectory], tmp_path: Path) -> None:
    assert find_index(tmp_path / "study") is None
    indexed_runs(runs, tmp_path / INDEX_FILE)
    assert find_index(tmp_path / "study" / "a") == tmp_path / INDEX_FILE


def test_removed_runs_leave_it(runs: list[RunDirectory], tmp_path: Path) -> None:
    indexed_runs(runs, tmp_path / INDEX_FILE)
    drop_missing(runs[1:], tmp_path / INDEX_FILE)
    with closing(sqlite3.connect(tmp_path / INDEX_FILE)) as database:
        assert database.execute("SELECT path FROM runs").fetchall() == [("study/b",)]
