"""Runs as plain records and as a DataFrame."""

import sys
from pathlib import Path

import pytest

import convlab
from convlab.errors import MissingExtraError, RecordError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed in (0, 1):
        convlab.run({"data": "synthetic", "epochs": 2, "runs_dir": str(tmp_path), "seed": seed})
    return tmp_path


def test_records_are_flat(folder: Path) -> None:
    records = convlab.run_records(folder)
    assert sorted(record["seed"] for record in records) == [0, 1]
    assert {record["status"] for record in records} == {"finished"}
    assert all(0 <= record["result.test_accuracy"] <= 1 for record in records)
    assert all(record["optimizer"] == "adam" and record["optimizer.lr"] == 0.001 for record in records)


def test_runs_are_a_frame(folder: Path) -> None:
    pytest.importorskip("pandas", reason="needs pandas: pip install 'convlab[frame]'")
    frame = convlab.load_runs(folder)
    assert len(frame) == 2
    assert set(frame["seed"]) == {0, 1}
    by_epoch = convlab.load_runs(folder, epochs=True)
    assert sorted(by_epoch["metrics.epoch"]) == [1, 1, 2, 2]


def test_without_pandas_the_remedy_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'convlab\[frame\]'"):
        convlab.load_runs(folder)


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(RecordError, match="no folder /nowhere"):
        convlab.run_records("/nowhere")
