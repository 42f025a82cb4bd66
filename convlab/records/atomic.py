"""Files that are either there completely or not at all, whatever happens while they are written."""

import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from convlab.records.faults import reporting

# Files under a name of this form were being written when the process died.
PARTIAL_PATTERN = ".*.partial"


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file so that a crash leaves the old content or the new one, never a mixture.

    The content goes to a temporary file in the same folder, which is synced to the disk and then renamed;
    syncing the folder makes the new name itself survive a power loss.

    Args:
        path: the file; what it held is replaced.
        content: all of it.

    Raises:
        RecordError: if the disk is full, the folder is read-only and so on; `path` never holds a part.
    """
    write_all_atomically({path: content})


def write_all_atomically(contents: Mapping[Path, bytes]) -> None:
    """Writes files of one folder, each as `write_atomically` does, and syncs the folder once.

    A crash may leave the first files new and the others old; a power loss any of them.

    Args:
        contents: by path, in the order in which the files appear.

    Raises:
        RecordError: if one of them cannot be written; none ever holds a part.
    """
    partials = {path: path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial") for path in contents}
    for path, content in contents.items():
        with reporting(path, "writing"):
            try:
                _write_synced(partials[path], content)
            except OSError:
                _discard(partials.values())
                raise
    for path, partial in partials.items():
        with reporting(path, "writing"):
            try:
                os.replace(partial, path)
            except OSError:
                _discard(partials.values())
                raise
    for folder in {path.parent for path in contents}:
        with reporting(folder, "writing"):
            sync_folder(folder)


def make_folder(path: Path) -> None:
    """Makes a folder with its missing parents, so that it survives a power loss.

    Raises:
        RecordError: if it cannot be made.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    with reporting(path, "making folder"):
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            sync_folder(folder.parent)
        if not path.is_dir():
            raise NotADirectoryError(20, "Not a directory")


def remove_file(path: Path, *, durable: bool = True) -> None:
    """Removes a file where there is one.

    Args:
        path: the file.
        durable: whether it has to stay removed after a power loss.

    Raises:
        RecordError: if it cannot be removed.
    """
    with reporting(path, "removing"):
        try:
            os.unlink(path)
        except FileNotFoundError:
            return
        if durable:
            sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_fully(descriptor: int, content: bytes) -> None:
    """Writes all bytes to a file descriptor; the operating system may take them in pieces."""
    remaining = memoryview(content)
    while remaining:
        remaining = remaining[os.write(descriptor, remaining) :]


def _discard(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            os.unlink(path)


def _write_synced(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        write_fully(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
