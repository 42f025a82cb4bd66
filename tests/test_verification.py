"""Verification finds whatever was changed in a run."""

from collections.abc import Callable
from pathlib import Path

import pytest

import convlab
from convlab.records.run_directory import RunDirectory
from convlab.verification import verify_run


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    result = convlab.run({"data": "synthetic", "epochs": 3, "runs_dir": str(tmp_path), "seed": 3})
    return RunDirectory(result.directory)


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(run: Path) -> None:
        text = (run / name).read_text()
        assert old in text
        (run / name).write_text(text.replace(old, new, 1))

    return change


def flip_a_bit(run: Path) -> None:
    path = run / "checkpoints" / "epoch-0003.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_a_run_as_it_was_written_is_sound(run: RunDirectory) -> None:
    assert verify_run(run) == []


def test_an_interrupted_run_is_sound(run: RunDirectory) -> None:
    (run.path / "result.json").unlink()
    assert verify_run(run) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (replace("config.yaml", "seed: 3", "seed: 4"), "they belong to a run named"),
        (
            replace("record.json", '"data_fingerprint": "', '"data_fingerprint": "0'),
            "they belong to a run named",
        ),
        (replace("metrics.jsonl", '"epoch": 2', '"epoch": 5'), "1 lines are torn or altered"),
        (replace("result.json", '"epochs": 3', '"epochs": 4'), "result.json tells of 4 epochs, metrics of 3"),
        (replace("result.json", '"train_loss": 0', '"train_loss": 7'), "train_loss is 7"),
        (replace("result.json", '"status": "finished"', '"status": "great"'), "status is 'great'"),
        (replace("config.yaml", "seed: 3", "seed: ["), "not valid YAML"),
        (flip_a_bit, "checksum mismatch"),
        (lambda run: (run / "record.json").unlink(), "record.json is missing"),
        (lambda run: (run / "checkpoints" / "epoch-0003.safetensors.sha256").unlink(), "no checksum beside"),
    ],
)
def test_every_change_is_found(run: RunDirectory, change: Callable[[Path], None], told: str) -> None:
    change(run.path)
    problems = verify_run(run)
    assert any(told in problem for problem in problems), problems
