"""The metrics file under crashes, faults and alterations."""

import errno
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from convlab.errors import RecordError
from convlab.records.metrics import MetricsFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.jsonl"


def fill(path: Path, epochs: int) -> None:
    with MetricsFile(path) as metrics:
        for epoch in range(1, epochs + 1):
            metrics.append({"epoch": epoch, "train_loss": 1.0 / epoch})


def epochs_in(path: Path) -> list[int]:
    return [line["epoch"] for line in MetricsFile(path).read()[0]]


def test_reads_back_what_was_appended(path: Path) -> None:
    lines = [{"epoch": 1, "loss": 0.1, "note": "größer"}, {"epoch": 2, "loss": math.inf, "note": "a\nb"}]
    with MetricsFile(path) as metrics:
        for line in lines:
            metrics.append(line)
    assert MetricsFile(path).read() == (lines, 0)


def test_nan_and_numpy_numbers(path: Path) -> None:
    with MetricsFile(path) as metrics:
        metrics.append({"epoch": np.int64(1), "loss": float("nan"), "rate": np.float32(0.5)})
    (line,), dropped = MetricsFile(path).read()
    assert dropped == 0
    assert math.isnan(line["loss"])
    assert (line["epoch"], line["rate"]) == (1, 0.5)


def test_no_file_holds_no_lines(path: Path) -> None:
    assert MetricsFile(path).read() == ([], 0)
    MetricsFile(path).truncate_after(0)
    assert not path.exists()


def test_every_append_is_synced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    fill(path, 2)
    monkeypatch.undo()
    assert synced == [path.parent.name, "metrics.jsonl", "metrics.jsonl"]


def test_lines_appended_together_are_numbered_and_synced_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    with MetricsFile(path) as metrics:
        metrics.append({"epoch": 1})
        monkeypatch.setattr(os, "fsync", synced.append)
        metrics.append({"epoch": 2}, {"epoch": 3})
        metrics.append({"epoch": 4})
    assert len(synced) == 2
    assert epochs_in(path) == [1, 2, 3, 4]
    assert [json.loads(line)["sequence"] for line in path.read_text().splitlines()] == [0, 1, 2, 3]


def test_a_reserved_name_in_one_line_keeps_all_of_them_out(path: Path) -> None:
    fill(path, 1)
    with pytest.raises(RecordError, match="'checksum' is reserved"):
        MetricsFile(path).append({"epoch": 2}, {"epoch": 3, "checksum": 0})
    assert epochs_in(path) == [1]


@pytest.mark.parametrize("cut", [1, 2, 10, 40])
def test_a_torn_last_line_is_left_out_and_counted(path: Path, cut: int) -> None:
    fill(path, 3)
    path.write_bytes(path.read_bytes()[:-cut])
    found, dropped = MetricsFile(path).read()
    complete = [1, 2, 3] if cut == 1 else [1, 2]  # a line that lacks only its end is whole
    assert [line["epoch"] for line in found] == complete
    assert dropped == 3 - len(complete)


def test_appending_after_a_torn_line_loses_nothing(path: Path) -> None:
    fill(path, 3)
    path.write_bytes(path.read_bytes()[:-20])
    with MetricsFile(path) as metrics:
        metrics.append({"epoch": 3, "train_loss": 0.5})
    found, dropped = MetricsFile(path).read()
    assert [line["epoch"] for line in found] == [1, 2, 3]
    assert found[-1]["train_loss"] == 0.5
    assert dropped == 1


@pytest.mark.parametrize(
    "line",
    [
        b'{"sequence": 1, "epoch": 2, "train_loss": 0.9, "checksum": "00000000"}',
        b'{"epoch": 9}',
        b"[1, 2]",
        b"nonsense",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"epoch": ' + b"9" * 5000 + b"}",
        b'{"sequence": Infinity, "checksum": 3}',
    ],
)
def test_altered_lines_are_left_out(path: Path, line: bytes) -> None:
    fill(path, 2)
    first, second = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([first, line, second, b""]))
    found, dropped = MetricsFile(path).read()
    assert [entry["epoch"] for entry in found] == [1, 2]
    assert dropped == 1


def test_an_altered_value_is_noticed(path: Path) -> None:
    fill(path, 2)
    path.write_text(path.read_text().replace('"train_loss": 0.5', '"train_loss": 0.4'))
    assert epochs_in(path) == [1]


def test_order_comes_from_the_sequence(path: Path) -> None:
    fill(path, 3)
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    assert epochs_in(path) == [1, 2, 3]


def test_truncating_drops_later_epochs_and_torn_lines(path: Path) -> None:
    fill(path, 4)
    path.write_bytes(path.read_bytes() + b'{"epoch"')
    metrics = MetricsFile(path)
    metrics.truncate_after(2)
    assert metrics.read() == ([{"epoch": 1, "train_loss": 1.0}, {"epoch": 2, "train_loss": 0.5}], 0)
    metrics.append({"epoch": 3, "train_loss": 0.25})
    metrics.truncate_after(2)
    metrics.append({"epoch": 3, "train_loss": 0.125})
    metrics.close()
    assert [line["train_loss"] for line in MetricsFile(path).read()[0]] == [1.0, 0.5, 0.125]


def test_truncating_what_fits_leaves_the_file_alone(path: Path) -> None:
    fill(path, 2)
    before = path.stat().st_ino
    MetricsFile(path).truncate_after(2)
    assert path.stat().st_ino == before


@pytest.mark.parametrize("name", ["sequence", "checksum"])
def test_reserved_names_are_refused(path: Path, name: str) -> None:
    with pytest.raises(RecordError, match=f"the metric name '{name}' is reserved"):
        MetricsFile(path).append({name: 1})
    assert not path.exists()


def test_a_full_disk_leaves_whole_lines(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(path, 2)
    before = path.read_bytes()
    real = os.write
    calls = []

    def write(descriptor: int, content: bytes) -> int:
        calls.append(descriptor)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, bytes(content)[:7])

    metrics = MetricsFile(path)
    monkeypatch.setattr(os, "write", write)
    with pytest.raises(RecordError, match=f"disk full writing {path}"):
        metrics.append({"epoch": 3})
    monkeypatch.undo()
    assert len(calls) == 2
    assert path.read_bytes() == before
    metrics.append({"epoch": 3})
    metrics.close()
    assert epochs_in(path) == [1, 2, 3]


def test_kill_loses_no_line_that_was_acknowledged(path: Path) -> None:
    script = (
        "import itertools, sys\n"
        "from pathlib import Path\n"
        "from convlab.records.metrics import MetricsFile\n"
        "metrics = MetricsFile(Path(sys.argv[1]))\n"
        "for epoch in itertools.count(1):\n"
        "    metrics.append({'epoch': epoch, 'train_loss': 1 / epoch})\n"
        "    print(epoch, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-c", script, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(100):
            acknowledged = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])
    found, dropped = MetricsFile(path).read()
    assert [line["epoch"] for line in found] == list(range(1, len(found) + 1))
    assert len(found) >= acknowledged >= 100
    assert dropped <= 1


def test_a_forged_huge_file_is_refused(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**41)
    with pytest.raises(RecordError, match="larger than"):
        MetricsFile(path).read()
