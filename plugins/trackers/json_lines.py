"""Metrics as JSON lines in the run's own folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from convlab.plugin import MetricsFile, Tracker


class JsonLines(Tracker):
    """JSON lines: metrics.jsonl in the run's folder, one line for each epoch, on the disk when `log` returns.

    Every line carries a sequence number and a checksum, so that a line torn by a crash is noticed and left
    out. After a resume the lines of epochs that are trained again are dropped.

    Args:
        run_directory: folder of the run.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tracker = JsonLines(Path(folder))
        ...     tracker.start({}, 0)
        ...     tracker.log({"epoch": 1, "train_loss": 0.5})
        ...     tracker.finish({"status": "finished"})
        ...     print(Path(folder, "metrics.jsonl").read_text(), end="")
        {"sequence": 0, "epoch": 1, "train_loss": 0.5, "checksum": "93fe6ee7"}
    """

    def __init__(self, run_directory: Path) -> None:
        self._file = MetricsFile(run_directory / "metrics.jsonl")

    def start(self, config: Mapping[str, Any], epoch: int) -> None:
        """Drops the lines of epochs later than `epoch`, which are about to be trained again."""
        self._file.truncate_after(epoch)

    def log(self, metrics: Mapping[str, float | int | str]) -> None:
        """Adds a line and returns when it is on the disk.

        Raises:
            RecordError: if it cannot be written; the earlier lines are intact.
        """
        self._file.append(metrics)

    def log_all(self, epochs: Sequence[Mapping[str, float | int | str]]) -> None:
        """Adds a line for each epoch and returns when they are on the disk.

        Raises:
            RecordError: if they cannot be written; the earlier lines are intact.
        """
        self._file.append(*epochs)

    def finish(self, result: Mapping[str, Any]) -> None:
        """Closes the file."""
        self._file.close()
