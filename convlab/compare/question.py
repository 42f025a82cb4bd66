"""What is asked of the runs: by which metric, within which margin, against which baseline."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from convlab.compare.reading import STUDY_FILE
from convlab.compare.statistic import is_finite_number
from convlab.errors import ConfigError
from convlab.records.documents import read_json


@dataclass(frozen=True)
class Question:
    """The options of a comparison; None leaves the choice to it.

    Attributes:
        metric: a number of result.json, such as ``"test_accuracy"``.
        margin: largest difference that counts as a tie, in percentage points for accuracies and in the
            metric's own unit otherwise, >= 0; 0 leaves nothing to tie within.
        target: validation accuracy whose first epoch is sought, 0 to 1.
        baseline: label of the configuration that all others are compared with.
        axes: settings that span a factorial study; all that differ, if it is empty.

    Raises:
        ConfigError: if a value is out of its range.
    """

    metric: str | None = None
    margin: float | None = None
    target: float | None = None
    baseline: str | None = None
    axes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("metric", "baseline"):
            _check(name, getattr(self, name), isinstance(getattr(self, name), str), "a name")
        _check("margin", self.margin, is_finite_number(self.margin) and self.margin >= 0, "a number >= 0")
        _check("target", self.target, is_finite_number(self.target) and 0 < self.target <= 1, "in (0, 1]")

    @classmethod
    def of_studies(cls, paths: Iterable[Path | str]) -> Self:
        """What the studies in some folders ask, from their ``study.json``.

        Args:
            paths: folders; those without the file ask nothing. ``axes`` may be a list of names or a mapping
                from names to levels; keys that are not of this class are passed over.

        Returns:
            Their common question.

        Raises:
            ConfigError: if two studies ask differently, or a value is out of range.
            RecordError: if a file cannot be read.
        """
        asked: dict[str, tuple[Any, Path]] = {}
        for path in paths:
            file = Path(path) / STUDY_FILE
            for name, value in _asked_in(file).items() if file.is_file() else ():
                other, where = asked.setdefault(name, (value, file))
                if other != value:
                    raise ConfigError(
                        f"{where} has {name} {json.dumps(other)} and {file} has {json.dumps(value)}: "
                        "compare the studies one by one"
                    )
        return cls(**{name: value for name, (value, _) in asked.items()})

    def over(self, other: "Question") -> "Question":
        """This question, with what it leaves open taken from another."""
        own = {item.name: getattr(self, item.name) for item in fields(self)}
        return replace(other, **{name: value for name, value in own.items() if value not in (None, ())})


def _asked_in(file: Path) -> dict[str, Any]:
    document: Mapping[str, Any] = read_json(file)
    known = {item.name for item in fields(Question)}
    asked = {name: value for name, value in document.items() if name in known and value not in (None, "")}
    if "axes" in asked:
        axes = asked["axes"]
        if not isinstance(axes, list | Mapping) or not all(isinstance(name, str) for name in axes):
            raise ConfigError(f"{file}: axes should be a list or a mapping of names, got {axes!r}")
        asked["axes"] = tuple(axes)
    try:
        Question(**asked)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from error
    return asked


def _check(name: str, value: Any, fits: bool, expected: str) -> None:
    if value is not None and not fits:
        raise ConfigError(f"{name} must be {expected}, got {value!r}")
