"""A run as those see it who compare and list: its settings, how it stands, and what it reached."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convlab.errors import RecordError
from convlab.records.config_reader import read_config
from convlab.records.flat import Flat, flatten
from convlab.records.run_directory import RunDirectory


@dataclass(frozen=True)
class ReadRun:
    """What was read of a run.

    Attributes:
        path: its folder.
        config: its settings by dotted name; empty if they cannot be read.
        status: finished, diverged, failed, interrupted, running or unreadable.
        result: what result.json holds; empty while there is none.
        problem: why it does not count, empty if it is finished.
    """

    path: Path
    config: Flat
    status: str
    result: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def read_run(directory: RunDirectory) -> ReadRun:
    """Reads a run; one that cannot be read is one with a problem."""
    config: Flat = {}
    try:
        config = flatten(read_config(directory.path / "config.yaml"))
        result = directory.result
        if result is not None and result["status"] == "finished":
            return ReadRun(directory.path, config, "finished", result)
        status = directory.status
        problem = _describe(directory, status, result or {})
    except (RecordError, RecursionError) as error:
        return ReadRun(directory.path, config, "unreadable", {}, f"unreadable: {error}")
    return ReadRun(directory.path, config, status, result or {}, problem)


def _describe(directory: RunDirectory, status: str, result: dict[str, Any]) -> str:
    """How a run without a finished result stands, such as ``"interrupted after epoch 3"``."""
    if result.get("message"):
        return f"{status}: {result['message']}"
    epochs = epochs_done(directory)
    return f"running, {epochs} epochs done" if status == "running" else f"{status} after epoch {epochs}"


def epochs_done(directory: RunDirectory) -> int:
    """Epochs whose metrics are on disk.

    Raises:
        RecordError: if metrics.jsonl cannot be read.
    """
    epochs = [line["epoch"] for line in directory.metrics if isinstance(line.get("epoch"), int)]
    return max(epochs, default=0)
