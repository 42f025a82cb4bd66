"""The metrics of a run: one JSON line for each epoch, each with a sequence number and a checksum."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zlib import crc32

from convlab.errors import RecordError
from convlab.records.atomic import sync_folder, write_atomically, write_fully
from convlab.records.documents import plain, read_limited
from convlab.records.faults import reporting

FILE_LIMIT = 2**28
_OWN_FIELDS = ("sequence", "checksum")


class MetricsFile:
    """An append-only file of metrics that survives kills, power losses and full disks.

    Lines are written by one call and synced to the disk before `append` returns. A line that was torn
    by a crash fails its checksum and is left out by `read`. NaN and Infinity are legal values and are
    written as Python's json does.

    Args:
        path: the file, usually ``metrics.jsonl``; it is made by the first `append`.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, MetricsFile(Path(folder, "m.jsonl")) as metrics:
        ...     metrics.append({"epoch": 1, "train_loss": 0.5})
        ...     metrics.read()
        ([{'epoch': 1, 'train_loss': 0.5}], 0)
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._descriptor: int | None = None
        self._next_sequence = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, *lines: Mapping[str, float | int | str]) -> None:
        """Adds lines and returns when they are on the disk.

        Args:
            lines: of each, numbers and strings by name.

        Raises:
            RecordError: if they cannot be written (the earlier lines are intact), or a name is reserved.
        """
        for name in _OWN_FIELDS:
            if any(name in metrics for metrics in lines):
                raise RecordError(f"{self.path}: the metric name '{name}' is reserved; use another name")
        with reporting(self.path, "writing"):
            descriptor = self._open()
            numbered = enumerate(lines, self._next_sequence)
            content = b"".join(_to_line(number, plain(metrics)) for number, metrics in numbered)
            size = os.fstat(descriptor).st_size
            try:
                write_fully(descriptor, content)
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        self._next_sequence += len(lines)

    def read(self) -> tuple[list[dict[str, Any]], int]:
        """Reads all lines whose checksum is right.

        Returns:
            The metrics in the order of their sequence numbers, and how many lines were left out as torn or
            altered. A file that does not exist holds no lines.

        Raises:
            RecordError: if the file cannot be read.
        """
        lines, dropped = self._lines()
        return [metrics for _, metrics in lines], dropped

    def truncate_after(self, epoch: int) -> None:
        """Drops the lines of later epochs, and torn ones, so that a resumed run can write them again.

        Args:
            epoch: the last epoch to keep; lines without an epoch are kept.

        Raises:
            RecordError: if the file cannot be rewritten; it is then as it was.
        """
        lines, dropped = self._lines()
        kept = [line for line in lines if not _is_after(line[1], epoch)]
        if dropped or len(kept) < len(lines):
            self.close()
            write_atomically(self.path, b"".join(_to_line(*line) for line in kept))

    def close(self) -> None:
        """Closes the file; a later `append` opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _lines(self) -> tuple[list[tuple[int, dict[str, Any]]], int]:
        if not self.path.exists():
            return [], 0
        content = read_limited(self.path, FILE_LIMIT)
        raw = [line for line in content.split(b"\n") if line.strip()]
        valid = sorted(_parsed(raw), key=lambda line: line[0])
        return valid, len(raw) - len(valid)

    def _open(self) -> int:
        if self._descriptor is None:
            lines, _ = self._lines()
            self._next_sequence = lines[-1][0] + 1 if lines else 0
            made = not self.path.exists()
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self.path, flags, 0o666)
            if made:
                sync_folder(self.path.parent)
            self._end_torn_line(self._descriptor)
        return self._descriptor

    def _end_torn_line(self, descriptor: int) -> None:
        """Keeps the next line from being glued to one that a crash cut short."""
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            write_fully(descriptor, b"\n")


def _to_line(sequence: int, metrics: Mapping[str, Any]) -> bytes:
    line = {"sequence": sequence, **metrics}
    return json.dumps({**line, "checksum": _checksum(line)}).encode() + b"\n"


def _parsed(raw: Iterable[bytes]) -> list[tuple[int, dict[str, Any]]]:
    found = []
    for text in raw:
        try:
            line = json.loads(text)
            if isinstance(line, dict) and line.pop("checksum", None) == _checksum(line):
                found.append((int(line.pop("sequence")), line))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            continue
    return found


def _checksum(line: Mapping[str, Any]) -> str:
    text = json.dumps(line, sort_keys=True, separators=(",", ":"))
    return f"{crc32(text.encode()):08x}"


def _is_after(metrics: Mapping[str, Any], epoch: int) -> bool:
    found = metrics.get("epoch")
    return isinstance(found, int | float) and found > epoch
