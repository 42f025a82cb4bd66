"""One writer at a time."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from convlab.errors import RecordError
from convlab.records import claim
from convlab.records.run_directory import RunDirectory

HOLD = (
    "import sys\n"
    "from convlab.records.run_directory import RunDirectory\n"
    "with RunDirectory(sys.argv[1]).claim():\n"
    "    print('held', flush=True)\n"
    "    sys.stdin.read()\n"
)


@contextmanager
def other_process_holding(run: RunDirectory) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-P", "-c", HOLD, str(run.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_process_is_refused_by_host_and_process(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    with other_process_holding(run) as process:
        expected = (
            f"{run.path} is being written by process {process.pid} on {socket.gethostname()}; "
            "wait for it or stop it, then run again"
        )
        with pytest.raises(RecordError) as caught, run.claim():
            pass
        assert str(caught.value) == expected
        assert run.status == "running"


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    with other_process_holding(run) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert run.status == "interrupted"
        with run.claim():
            assert run.status == "running"


def test_the_same_process_is_refused_too(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    with run.claim():
        with pytest.raises(RecordError, match=f"process {os.getpid()} on"), run.claim():
            pass
        assert run.status == "running"
    with run.claim():
        pass


def test_the_claim_ends_with_an_exception(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    with pytest.raises(ZeroDivisionError), run.claim():
        raise ZeroDivisionError
    assert run.status == "interrupted"


def test_a_claim_outwaits_somebody_who_asks_for_the_status(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    with run.claim():
        pass
    asking = os.open(run.path / "lock", os.O_RDONLY)
    fcntl.flock(asking, fcntl.LOCK_SH)
    answered = threading.Timer(0.05, os.close, [asking])
    answered.start()
    with run.claim():
        assert run.status == "running"
    answered.join()


def test_text_in_a_foreign_lock_cannot_steer_the_terminal(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    with run.claim():
        (run.path / "lock").write_text("\x1b[2J")
        with pytest.raises(RecordError, match="is being written by another process"), run.claim():
            pass


def test_claiming_removes_what_a_crash_left_half_written(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    run.checkpoints.mkdir(parents=True)
    left = run.checkpoints / ".epoch-0001.safetensors.0a1b2c3d.partial"
    left.write_bytes(b"half")
    with run.claim():
        assert not left.exists()


def test_a_run_cannot_be_made_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = RunDirectory(tmp_path / "file" / "run")
    with pytest.raises(RecordError, match="a file is in the way of a folder"), run.claim():
        pass


def test_a_run_that_is_removed_while_one_waits_for_it_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, waited = tmp_path / "run", []

    def lock_too_late(descriptor: int) -> bool:
        if not waited:
            waited.append(True)
            shutil.rmtree(run)
        return try_lock(descriptor)

    try_lock = claim._try_lock
    monkeypatch.setattr(claim, "_try_lock", lock_too_late)
    with claim.claimed(run / "lock", run):
        assert claim.is_claimed(run / "lock")
