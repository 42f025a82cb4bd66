"""A run on disk, and finding runs."""

import os
from pathlib import Path

import numpy as np
import pytest

from convlab.errors import RecordError
from convlab.records.checkpoint import save_checkpoint
from convlab.records.run_directory import ENDED, RunDirectory, find_runs

CONFIG = {"optimizer": {"name": "adam", "betas": [0.9, 0.999]}, "seed": 0, "bias": None}


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run with everything that a run can have."""
    run = RunDirectory(tmp_path / "study" / "0123456789ab")
    with run.claim():
        run.write_config(CONFIG)
        run.write_record({"isa": "avx2", "command": ["convlab", "run"]})
        with run.metrics_file as metrics:
            metrics.append({"epoch": 1, "train_loss": 0.5})
        save_checkpoint(run.checkpoints, 1, {"w": np.zeros(2, np.float32)}, {})
        run.write_probe("filters", 0, {"conv1.weight": np.ones((1, 3, 3, 1), np.float32)})
        run.write_probe("filters", 12, {"conv1.weight": np.zeros((1, 3, 3, 1), np.float32)})
        run.write_result({"status": "finished", "test_accuracy": 0.97})
    return run


def test_everything_reads_back(run: RunDirectory) -> None:
    assert run.config == CONFIG
    assert run.record == {"isa": "avx2", "command": ["convlab", "run"]}
    assert run.metrics == [{"epoch": 1, "train_loss": 0.5}]
    assert run.result == {"status": "finished", "test_accuracy": 0.97}
    assert list(run.probe_epochs("filters")) == [0, 12]
    np.testing.assert_array_equal(run.read_probe("filters", 12)["conv1.weight"], np.zeros((1, 3, 3, 1)))


def test_the_layout_is_the_documented_one(run: RunDirectory) -> None:
    found = sorted(str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file())
    assert found == [
        "checkpoints/epoch-0001.safetensors",
        "checkpoints/epoch-0001.safetensors.sha256",
        "config.yaml",
        "lock",
        "metrics.jsonl",
        "probes/filters/epoch-0000.npz",
        "probes/filters/epoch-0012.npz",
        "record.json",
        "result.json",
    ]


def test_a_folder_without_a_result_is_interrupted(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    assert (run.result, run.status, run.metrics, run.probe_epochs("filters")) == (None, "interrupted", [], {})


@pytest.mark.parametrize("status", ENDED)
def test_the_status_is_the_results(tmp_path: Path, status: str) -> None:
    run = RunDirectory(tmp_path)
    run.write_result({"status": status})
    assert run.status == status


def test_an_unknown_status_is_refused(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    with pytest.raises(
        RecordError, match="a result needs a status of finished, interrupted, diverged, failed"
    ):
        run.write_result({"status": "done"})
    (tmp_path / "result.json").write_text('{"status": "done"}')
    with pytest.raises(RecordError, match="status is 'done', expected one of finished"):
        _ = run.status


def test_missing_documents_are_named(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    with pytest.raises(RecordError, match=r"no such file reading .*config\.yaml"):
        _ = run.config
    with pytest.raises(RecordError, match=r"no such file reading .*record\.json"):
        _ = run.record
    with pytest.raises(RecordError, match="probe 'filters' kept nothing at epoch 3; epochs kept: none"):
        run.read_probe("filters", 3)


@pytest.mark.parametrize("name", ["", "..", "a/b", "/tmp", ".hidden"])
def test_a_probe_name_never_becomes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError, match="is not the name of a probe"):
        RunDirectory(tmp_path).write_probe(name, 0, {})


def test_discarding_the_result_makes_the_run_go_on(run: RunDirectory) -> None:
    with run.claim():
        run.discard_result()
        assert run.status == "running"
    assert run.status == "interrupted"
    assert run.metrics


def test_clearing_leaves_config_and_lock(run: RunDirectory) -> None:
    with run.claim():
        run.clear()
    left = sorted(path.name for path in run.path.rglob("*") if path.is_file())
    assert left == ["config.yaml", "lock"]


def test_runs_are_found_once_and_in_order(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a/3", "b/1/inner", ".hydra", "b/.hydra"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "config.yaml").write_text("seed: 0")
    (tmp_path / "empty").mkdir()
    os.symlink(tmp_path / "b", tmp_path / "link")
    found = [run.path.relative_to(tmp_path) for run in find_runs([tmp_path, tmp_path / "b" / "1"])]
    assert found == [Path("a/3"), Path("b/1"), Path("b/2")]
    assert [run.path for run in find_runs(tmp_path / "b" / "2")] == [tmp_path / "b" / "2"]
    assert find_runs(tmp_path / "empty") == []


def test_a_folder_that_cannot_be_listed_counts_as_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    real = os.scandir

    def scandir(path: str | Path) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    (found,) = find_runs(tmp_path)
    assert found.path == tmp_path / "closed"


@pytest.mark.parametrize("name", ["missing", "file"])
def test_what_is_no_folder_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match=f"no folder .*{name}: give folders that hold runs"):
        find_runs(tmp_path / name)


def test_runs_of_the_working_directory_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.yaml").write_text("seed: 1\n")
    assert [run.path for run in find_runs(".")] == [Path("a"), Path("b")]
    assert len(find_runs([".", tmp_path, "a"])) == 2
