"""Checkpoints: generations, checksums and crashes at every moment."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.errors import RecordError
from convlab.records.checkpoint import (
    Checkpoint,
    checkpoint_to_resume,
    latest_checkpoint,
    save_checkpoint,
)


def save(folder: Path, epoch: int, value: float | None = None) -> Path:
    array = np.full((3, 2), epoch if value is None else value, np.float32)
    return save_checkpoint(folder, epoch, {"w": array}, {"epoch": str(epoch)})


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def test_reads_back_the_last_one(tmp_path: Path) -> None:
    save(tmp_path / "c", 1)
    path = save(tmp_path / "c", 2)
    assert path.name == "epoch-0002.safetensors"
    checkpoint = latest_checkpoint(tmp_path / "c")
    assert checkpoint is not None
    assert (checkpoint.epoch, checkpoint.meta, checkpoint.problems) == (2, {"epoch": "2"}, [])
    np.testing.assert_array_equal(checkpoint.arrays["w"], np.full((3, 2), 2, np.float32), strict=True)


def test_no_checkpoint_is_none(tmp_path: Path) -> None:
    assert latest_checkpoint(tmp_path / "missing") is None
    (tmp_path / "notes.txt").write_text("")
    assert latest_checkpoint(tmp_path) is None


def test_keeps_two_generations(tmp_path: Path) -> None:
    for epoch in range(1, 6):
        save(tmp_path, epoch)
    names = ["epoch-0004.safetensors", "epoch-0005.safetensors"]
    assert sorted(os.listdir(tmp_path)) == sorted([*names, *(f"{name}.sha256" for name in names)])


def test_going_back_drops_the_abandoned_future(tmp_path: Path) -> None:
    for epoch in (7, 8, 3):
        save(tmp_path, epoch)
    assert [path.name for path in tmp_path.glob("*.safetensors")] == ["epoch-0003.safetensors"]


def test_the_checksum_is_what_sha256sum_checks(tmp_path: Path) -> None:
    path = save(tmp_path, 3)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (tmp_path / "epoch-0003.safetensors.sha256").read_text() == f"{digest}  {path.name}\n"
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", f"{path.name}.sha256"], cwd=tmp_path, check=True)


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (damage, "checksum mismatch in {path}; resuming from epoch 1"),
        (lambda path: path.write_bytes(b""), "checksum mismatch in {path}; resuming from epoch 1"),
        (lambda path: path.with_name(f"{path.name}.sha256").unlink(), "no checksum beside {path}; resuming"),
        (lambda path: path.with_name(f"{path.name}.sha256").write_bytes(b"\xff"), "checksum mismatch in"),
        (lambda path: (path.unlink(), path.mkdir()), "{path} is not a regular file; resuming from epoch 1"),
    ],
)
def test_a_damaged_checkpoint_falls_back(
    tmp_path: Path, break_it: Callable[[Path], Any], message: str
) -> None:
    save(tmp_path, 1)
    path = save(tmp_path, 2)
    break_it(path)
    checkpoint = latest_checkpoint(tmp_path)
    assert checkpoint is not None
    assert checkpoint.epoch == 1
    (problem,) = checkpoint.problems
    assert problem.startswith(message.format(path=path))


def test_damaged_checkpoints_alone_are_an_error(tmp_path: Path) -> None:
    damage(save(tmp_path, 1))
    damage(save(tmp_path, 2))
    with pytest.raises(RecordError, match=r"no usable checkpoint in .*; remove the folder to begin again"):
        latest_checkpoint(tmp_path)


def test_training_begins_at_the_beginning_where_there_is_no_checkpoint(tmp_path: Path) -> None:
    assert checkpoint_to_resume(tmp_path / "missing") == Checkpoint(0, {}, {})


def test_training_goes_on_from_the_last_checkpoint(tmp_path: Path) -> None:
    for epoch in (1, 2):
        save(tmp_path, epoch)
    assert checkpoint_to_resume(tmp_path).epoch == 2
    damage(tmp_path / "epoch-0002.safetensors")
    assert checkpoint_to_resume(tmp_path).epoch == 1


def test_the_beginning_stands_behind_a_first_checkpoint_and_no_other(tmp_path: Path) -> None:
    first = save(tmp_path, 1)
    damage(first)
    told = checkpoint_to_resume(tmp_path)
    assert (told.epoch, told.arrays) == (0, {})
    assert told.problems == [f"checksum mismatch in {first}; resuming from epoch 0"]
    damage(save(tmp_path, 2))
    with pytest.raises(RecordError, match="no usable checkpoint"):
        checkpoint_to_resume(tmp_path)


def test_a_huge_checkpoint_is_refused_before_it_is_hashed(tmp_path: Path) -> None:
    save(tmp_path, 1)
    path = save(tmp_path, 2)
    os.truncate(path, 2**42)
    checkpoint = latest_checkpoint(tmp_path)
    assert checkpoint is not None
    assert "more than the limit" in checkpoint.problems[0]


class Crash(BaseException):
    """Stands for the process dying: no handler for errors runs."""


WRITE_SIDE_CALLS = ("open", "write", "fsync", "replace", "unlink")


def dies_at(moment: int, monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]) -> bool:
    """Does the work, dying at its `moment`-th call to the operating system; False if it needs fewer."""
    calls = 0

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            if calls == moment:
                raise Crash
            calls += 1
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in WRITE_SIDE_CALLS:
            patch.setattr(os, name, dying(getattr(os, name)))
        try:
            work()
        except Crash:
            return True
    return False


@pytest.mark.parametrize("epoch", [2, 3], ids=["replaces its own generation", "adds a generation"])
def test_a_crash_at_any_call_leaves_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epoch: int
) -> None:
    values = []
    died = True
    while died:
        folder = tmp_path / str(len(values))
        save(folder, 1)
        save(folder, 2)
        died = dies_at(len(values), monkeypatch, lambda folder=folder: save(folder, epoch, value=99.0))
        checkpoint = latest_checkpoint(folder)
        assert checkpoint is not None
        assert checkpoint.problems == []
        values.append(float(checkpoint.arrays["w"][0, 0]))
    assert len(values) > 10
    assert values == sorted(values)
    assert set(values) == {2.0, 99.0}
