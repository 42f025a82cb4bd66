"""The tracker that is always on."""

import os
from pathlib import Path

import pytest

from convlab.errors import RecordError
from convlab.records.run_directory import RunDirectory
from convlab_plugins.trackers.json_lines import JsonLines


def track(folder: Path, first_epoch: int, losses: dict[int, float]) -> None:
    tracker = JsonLines(folder)
    tracker.start({}, first_epoch)
    for epoch, loss in losses.items():
        tracker.log({"epoch": epoch, "train_loss": loss})
    tracker.finish({"status": "finished"})


def test_the_run_reads_what_was_logged(tmp_path: Path) -> None:
    track(tmp_path, 0, {1: 0.5, 2: 0.25})
    assert RunDirectory(tmp_path).metrics == [
        {"epoch": 1, "train_loss": 0.5},
        {"epoch": 2, "train_loss": 0.25},
    ]


def test_a_line_is_on_the_disk_when_log_returns(tmp_path: Path) -> None:
    tracker = JsonLines(tmp_path)
    tracker.start({}, 0)
    tracker.log({"epoch": 1, "train_loss": 0.5})
    assert RunDirectory(tmp_path).metrics == [{"epoch": 1, "train_loss": 0.5}]
    tracker.finish({"status": "finished"})


def test_epochs_saved_together_are_on_the_disk_when_log_all_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    tracker = JsonLines(tmp_path)
    tracker.start({}, 0)
    tracker.log({"epoch": 1, "train_loss": 0.5})
    monkeypatch.setattr(os, "fsync", synced.append)
    tracker.log_all([{"epoch": 2, "train_loss": 0.25}, {"epoch": 3, "train_loss": 0.125}])
    assert [line["train_loss"] for line in RunDirectory(tmp_path).metrics] == [0.5, 0.25, 0.125]
    assert len(synced) == 1
    tracker.finish({"status": "finished"})


def test_a_resumed_run_replaces_the_epochs_that_it_trains_again(tmp_path: Path) -> None:
    track(tmp_path, 0, {1: 0.5, 2: 0.25, 3: 0.125})
    track(tmp_path, 1, {2: 0.3})
    assert [line["train_loss"] for line in RunDirectory(tmp_path).metrics] == [0.5, 0.3]


def test_a_run_that_begins_again_starts_from_nothing(tmp_path: Path) -> None:
    track(tmp_path, 0, {1: 0.5})
    track(tmp_path, 0, {1: 0.4})
    assert [line["train_loss"] for line in RunDirectory(tmp_path).metrics] == [0.4]


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    tracker = JsonLines(tmp_path / "gone")
    tracker.start({}, 0)
    with pytest.raises(RecordError, match=r"no such file writing .*gone/metrics\.jsonl"):
        tracker.log({"epoch": 1})
