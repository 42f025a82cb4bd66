"""The lock that lets one process at a time write a run."""

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convlab.errors import RecordError
from convlab.records.atomic import make_folder, write_fully
from convlab.records.faults import reporting

# Asking whether a run is claimed holds the lock for an instant, which a claim must outwait.
_ATTEMPTS, _PAUSE_SECONDS = 10, 0.02
_HOLDER_BYTES = 300


@contextmanager
def claimed(path: Path, run: Path) -> Iterator[None]:
    """Holds the lock of a run; it ends with the block or with the process, however that dies.

    Args:
        path: the lock file; it is made if it is missing and stays afterwards.
        run: the run's folder, for the message.

    Raises:
        RecordError: if another process holds it; the message names the host and the process.
    """
    descriptor = _locked(path, run)
    try:
        with reporting(path, "writing"):
            os.ftruncate(descriptor, 0)
            write_fully(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _locked(path: Path, run: Path) -> int:
    """A descriptor that holds the lock of the file that is at the path now, and of no removed one."""
    while True:
        make_folder(path.parent)
        with reporting(path, "writing"):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                if not _try_lock(descriptor):
                    raise RecordError(
                        f"{run} is being written by {_holder(descriptor)}; "
                        "wait for it or stop it, then run again"
                    )
                if _is_at(path, descriptor):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether an open file is still the one at a path; the run may have been removed in between."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def is_claimed(path: Path) -> bool:
    """Whether a living process holds the lock; a lock file that cannot be opened counts as free."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def _try_lock(descriptor: int) -> bool:
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return True
    return False


def _holder(descriptor: int) -> str:
    text = os.pread(descriptor, _HOLDER_BYTES, 0).decode(errors="replace").strip()
    return text if text.isprintable() and text else "another process"
