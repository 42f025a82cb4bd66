"""A run on disk: what is where, who may write it, and how it stands."""

import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.errors import RecordError
from convlab.records.atomic import PARTIAL_PATTERN, remove_file, sync_folder, write_atomically
from convlab.records.claim import claimed, is_claimed
from convlab.records.documents import read_json, read_yaml, to_json, to_yaml
from convlab.records.faults import reporting
from convlab.records.metrics import MetricsFile

if TYPE_CHECKING:
    from convlab.contracts.parameter import Array

ENDED = ("finished", "interrupted", "diverged", "failed")
_PROBE_FILE = re.compile(r"epoch-(\d{1,9})\.npz")
_PROBE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class RunDirectory:
    """The folder of one run.

    ::

        config.yaml      all settings
        record.json      versions, machine, command
        metrics.jsonl    a line for each epoch
        checkpoints/     the last two, with checksums
        probes/          arrays that probes kept: probes/<probe>/epoch-0003.npz
        result.json      written last
        lock             held by the process that writes the run

    Reading never runs code and never trusts sizes: the folder may come from anybody.

    Args:
        path: the folder; it need not exist yet.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = RunDirectory(Path(folder, "run"))
        ...     with run.claim():
        ...         run.write_config({"optimizer": {"name": "adam"}})
        ...         before = run.status
        ...         run.write_result({"status": "finished", "test_accuracy": 0.97})
        ...     before, run.status, run.config["optimizer"]
        ('running', 'finished', {'name': 'adam'})
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"RunDirectory({str(self.path)!r})"

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def probes(self) -> Path:
        """The folder of what probes kept."""
        return self.path / "probes"

    @property
    def metrics_file(self) -> MetricsFile:
        """A new handle on metrics.jsonl."""
        return MetricsFile(self.path / "metrics.jsonl")

    @property
    def config(self) -> dict[str, Any]:
        """What config.yaml holds.

        Raises:
            RecordError: if it is missing or cannot be read.
        """
        return read_yaml(self.path / "config.yaml")

    @property
    def record(self) -> dict[str, Any]:
        """What record.json holds.

        Raises:
            RecordError: if it is missing or cannot be read.
        """
        return read_json(self.path / "record.json")

    @property
    def result(self) -> dict[str, Any] | None:
        """What result.json holds, or None while the run has not ended.

        Raises:
            RecordError: if it cannot be read or its status is unknown.
        """
        path = self.path / "result.json"
        if not path.exists():
            return None
        result = read_json(path)
        if result.get("status") not in ENDED:
            raise RecordError(
                f"{path}: status is {result.get('status')!r}, expected one of {', '.join(ENDED)}"
            )
        return result

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """The metrics of each epoch; lines that a crash tore are left out.

        Raises:
            RecordError: if metrics.jsonl cannot be read.
        """
        return self.metrics_file.read()[0]

    @property
    def status(self) -> str:
        """How the run stands: finished, diverged, failed, interrupted or running.

        A run without a result is running if a living process holds its lock, and interrupted otherwise.

        Raises:
            RecordError: if result.json cannot be read.
        """
        result = self.result
        if result is not None:
            return str(result["status"])
        return "running" if is_claimed(self.path / "lock") else "interrupted"

    @contextmanager
    def claim(self) -> Iterator[None]:
        """Makes the folder and holds the right to write it, for the length of a ``with`` block.

        Files that a crash left half written are removed.

        Raises:
            RecordError: on entering, if another process holds it; the message names host and process.
        """
        with claimed(self.path / "lock", self.path):
            for partial in self.path.rglob(PARTIAL_PATTERN):
                remove_file(partial)
            yield

    def write_config(self, config: Mapping[str, Any]) -> None:
        """Writes config.yaml; everything in it must be plain data.

        Raises:
            RecordError: if it cannot be written.
        """
        write_atomically(self.path / "config.yaml", to_yaml(config))

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Writes record.json.

        Raises:
            RecordError: if it cannot be written.
        """
        write_atomically(self.path / "record.json", to_json(record))

    def write_result(self, result: Mapping[str, Any]) -> None:
        """Writes result.json, which ends the run.

        Args:
            result: ``status`` (finished, interrupted, diverged or failed) and what was reached.

        Raises:
            RecordError: if it cannot be written or the status is unknown.
        """
        if result.get("status") not in ENDED:
            raise RecordError(
                f"{self.path}: a result needs a status of {', '.join(ENDED)}, got {result.get('status')!r}"
            )
        write_atomically(self.path / "result.json", to_json(result))

    def write_probe(self, name: str, epoch: int, arrays: "Mapping[str, Array]") -> None:
        """Keeps what a probe saw as ``probes/<name>/epoch-0003.npz``.

        Args:
            name: the probe's name.
            epoch: epochs done, >= 0.
            arrays: by name, numbers or booleans.

        Raises:
            RecordError: if they cannot be written.
        """
        self.write_probes(name, {epoch: arrays})

    def write_probes(self, name: str, looks: "Mapping[int, Mapping[str, Array]]") -> None:
        """Keeps what a probe saw at several epochs, each as `write_probe` does.

        Args:
            name: the probe's name.
            looks: by epochs done, the arrays by name.

        Raises:
            RecordError: if they cannot be written.
        """
        from convlab.records.arrays_file import save_all_arrays  # numpy is only for those who keep arrays

        folder = self._probe_folder(name)
        save_all_arrays({folder / f"epoch-{epoch:04d}.npz": arrays for epoch, arrays in looks.items()})

    def probe_epochs(self, name: str) -> dict[int, Path]:
        """The files that a probe kept, by epoch in rising order; empty if there are none."""
        folder = self._probe_folder(name)
        if not folder.is_dir():
            return {}
        found = [(_PROBE_FILE.fullmatch(path.name), path) for path in folder.iterdir()]
        return dict(sorted((int(match[1]), path) for match, path in found if match))

    def read_probe(self, name: str, epoch: int) -> "dict[str, Array]":
        """Arrays by name that a probe kept at an epoch.

        Raises:
            RecordError: if there are none or they cannot be read.
        """
        from convlab.records.arrays_file import load_arrays  # numpy is only for those who keep arrays

        kept = self.probe_epochs(name)
        if epoch not in kept:
            raise RecordError(
                f"{self.path}: probe '{name}' kept nothing at epoch {epoch}; "
                f"epochs kept: {', '.join(map(str, kept)) or 'none'}"
            )
        return load_arrays(kept[epoch])

    def discard_result(self) -> None:
        """Removes result.json, so that an ended run counts as under way again.

        To be called while the run is claimed.

        Raises:
            RecordError: if it cannot be removed.
        """
        remove_file(self.path / "result.json")

    def remove(self) -> None:
        """Removes the run as a whole: at once hidden from `find_runs`, then deleted.

        Raises:
            RecordError: if another process is writing it, or it cannot be removed.
        """
        hidden = self.path.with_name(f".{self.path.name}.removed")
        with self.claim(), reporting(self.path, "removing"):
            os.rename(self.path, hidden)
            sync_folder(self.path.parent)
            shutil.rmtree(hidden)

    def clear(self) -> None:
        """Removes all that the run wrote but its config and its lock, to begin it again.

        To be called while the run is claimed.

        Raises:
            RecordError: if something cannot be removed.
        """
        self.discard_result()
        for path in (*self.checkpoints.glob("epoch-*"), *self.probes.glob("*/epoch-*.npz")):
            remove_file(path)
        for name in ("metrics.jsonl", "record.json"):
            remove_file(self.path / name)

    def _probe_folder(self, name: str) -> Path:
        if not _PROBE_NAME.fullmatch(name):
            raise RecordError(f"{name!r} is not the name of a probe")
        return self.probes / name


def find_runs(paths: Path | str | Iterable[Path | str]) -> list[RunDirectory]:
    """Finds the runs in folders and their sub-folders.

    A run is a folder with a config.yaml. A folder that cannot be listed counts as one too, so that reading
    it tells why; hidden folders and links to folders are passed over.

    Args:
        paths: a folder or several; each may itself be a run.

    Returns:
        The runs in the order of their paths, each once.

    Raises:
        RecordError: if a path is not a folder.

    Example:
        >>> find_runs([])
        []
    """
    found: dict[str, RunDirectory] = {}
    for path in [paths] if isinstance(paths, Path | str) else paths:
        if not Path(path).is_dir():
            raise RecordError(f"no folder {path}: give folders that hold runs, such as runs/default")
        top, real = str(Path(path)), os.path.realpath(path)
        for run in _walk(top):  # which follows no links, so what lies below the top is real as well
            found.setdefault(real + run[len(top) :], RunDirectory(run))
    return sorted(found.values(), key=lambda run: run.path.parts)


def _walk(top: str) -> Iterator[str]:
    """The runs in a folder; text, since making a `Path` of each of thousands takes a while."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        if _has_config(folder):
            yield folder
            continue
        try:
            with os.scandir(folder) as entries:
                inner = [entry for entry in entries if not entry.name.startswith(".")]
                waiting += [entry.path for entry in inner if entry.is_dir(follow_symlinks=False)]
        except OSError:
            yield folder


def _has_config(folder: str) -> bool:
    """Asked before the folder is listed, which takes longer; most folders are runs."""
    try:
        return not stat.S_ISDIR(os.lstat(f"{folder}{os.sep}config.yaml").st_mode)
    except OSError:
        return False
