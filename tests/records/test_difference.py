"""Only what differs between two runs."""

from pathlib import Path
from typing import Any

from convlab.records.difference import Difference, differences
from convlab.records.run_directory import RunDirectory


def make_run(
    path: Path, config: dict[str, Any], record: dict[str, Any], result: dict[str, Any]
) -> RunDirectory:
    run = RunDirectory(path)
    with run.claim():
        run.write_config(config)
        run.write_record(record)
        run.write_result({"status": "finished", **result})
    return run


def test_only_what_differs_is_listed(tmp_path: Path) -> None:
    left = make_run(
        tmp_path / "a",
        {"optimizer": {"name": "adam", "beta": 0.9}, "seed": 0, "epochs": 1.0, "runs_dir": "x"},
        {"cpu": "one", "isa": "avx2", "command": ["a"]},
        {"test_accuracy": 0.5},
    )
    right = make_run(
        tmp_path / "b",
        {"optimizer": {"name": "sgd"}, "seed": 0, "epochs": 1, "runs_dir": "y"},
        {"cpu": "two", "isa": "avx2", "command": ["b"]},
        {"test_accuracy": 0.75},
    )
    assert differences(left, right) == [
        Difference("settings", "optimizer", "adam", "sgd"),
        Difference("settings", "optimizer.beta", 0.9, None),
        Difference("circumstances", "cpu", "one", "two"),
        Difference("result", "test_accuracy", 0.5, 0.75),
    ]
    assert differences(left, left) == []


def test_a_run_that_has_not_ended_differs_by_its_status(tmp_path: Path) -> None:
    left = make_run(tmp_path / "a", {"seed": 0}, {}, {})
    right = RunDirectory(tmp_path / "b")
    with right.claim():
        right.write_config({"seed": 0})
    assert differences(left, right) == [Difference("result", "status", "finished", "interrupted")]
