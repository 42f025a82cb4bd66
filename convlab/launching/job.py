"""What a launcher is given, and what it gives back: plain data that any process can read."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from convlab.settings import Settings


@dataclass(frozen=True)
class Job:
    """One experiment of a sweep.

    Attributes:
        number: its place in the sweep, from 0.
        label: the overrides in which it differs from the other jobs.
        settings: what they compose to.
    """

    number: int
    label: str
    settings: Settings

    def to_mapping(self) -> dict[str, Any]:
        """The job as plain data, from which `from_mapping` makes it again in another process."""
        return {"number": self.number, "label": self.label, "settings": self.settings.to_mapping()}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """The inverse of `to_mapping`.

        Raises:
            ConfigError: if the settings do not fit the plugins that are installed here.
        """
        return cls(mapping["number"], mapping["label"], Settings.from_mapping(mapping["settings"]))


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        number: of the job.
        status: ``"finished"``, ``"diverged"``, ``"failed"``, ``"interrupted"``, ``"killed"`` (its process
            died) or ``"timed out"``.
        message: why it did not finish, in one sentence; empty if it did.
        directory: where the run is recorded, as text; empty if it had not begun.
        seconds: of training.
        validation_accuracy: 0 to 1, after the last epoch; NaN where there is none.
        test_accuracy: 0 to 1, or NaN.
        reused: True if the run had ended before, and nothing was trained now.
        traceback: of an error that nobody foresaw.
    """

    number: int
    status: str
    message: str = ""
    directory: str = ""
    seconds: float = math.nan
    validation_accuracy: float = math.nan
    test_accuracy: float = math.nan
    reused: bool = False
    traceback: str = ""

    @property
    def path(self) -> Path | None:
        """Where the run is recorded; None if it had not begun."""
        return Path(self.directory) if self.directory else None

    def to_mapping(self) -> dict[str, Any]:
        """The outcome as plain data; ``Outcome(**mapping)`` makes it again."""
        return asdict(self)
