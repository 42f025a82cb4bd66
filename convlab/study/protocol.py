"""What a study fixes before it sees a number."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self, get_args, get_type_hints

from convlab.errors import ConfigError, suggest
from convlab.registry import fits, type_name

METRICS = Literal["test_accuracy", "validation_accuracy", "best_validation_accuracy"]
_RANGE = {"low", "high"}
METHODS = Literal["grid", "random", "optuna"]


@dataclass(frozen=True)
class Tuning:
    """How every arm may choose its own values before it is compared, all with the same budget.

    Attributes:
        space: for each setting a list of values, or a range ``{low, high, log}`` of numbers.
        method: ``"grid"`` (all combinations of the lists), ``"random"`` or ``"optuna"`` (TPE).
        trials: for each arm, >= 1; the grid needs none.
        seeds: runs of every trial, >= 1; their mean validation accuracy decides.
        epochs: of every trial, >= 1; None takes those of the study.
    """

    space: Mapping[str, Any] = field(default_factory=dict)
    method: METHODS = "grid"
    trials: int | None = None
    seeds: int = 1
    epochs: int | None = None

    def __post_init__(self) -> None:
        _check_types("tuning", self)
        for name in ("trials", "seeds", "epochs"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"study.tuning.{name} must be >= 1, got {value}")
        if not self.space:
            raise ConfigError(
                "study.tuning.space is empty: name a setting, such as {optimizer.lr: [0.01, 0.1]}"
            )
        if self.method != "grid" and self.trials is None:
            raise ConfigError(f"study.tuning: method {self.method} needs a number of trials")
        for key, values in self.space.items():
            _check_dimension(key, values, self.method)


@dataclass(frozen=True)
class Protocol:
    """A study, as ``conf/study/*.yaml`` and ``+study.FIELD=VALUE`` describe it.

    Attributes:
        question: what it is to answer, in a sentence.
        axes: for each setting the values that are compared: a list, or text as in a sweep, such as
            ``"glob(*)"``. The arms are all combinations.
        seeds: paired runs of every arm: how many, or which.
        seconds: training time of a run, > 0: a pilot run of each arm tells how many epochs that is; None
            leaves it to the setting ``epochs``.
        tuning: how arms choose values before the comparison; None compares them as they are.
        metric: that the verdict is about.
        margin: differences up to so many percentage points count as a tie, >= 0.
        target: accuracy, 0 to 1, to which the time is told.
        baseline: label of the arm that the others are compared with; empty compares all pairs.

    Raises:
        ConfigError: if a value does not fit.
    """

    question: str = ""
    axes: Mapping[str, Any] = field(default_factory=dict)
    seeds: int | list[int] = 5
    seconds: float | None = None
    tuning: Tuning | None = None
    metric: METRICS = "test_accuracy"
    margin: float | None = None
    target: float | None = None
    baseline: str = ""

    def __post_init__(self) -> None:
        _check_types("study", self)
        for key, values in self.axes.items():
            if not (isinstance(values, str) or (isinstance(values, list) and values)):
                raise ConfigError(f"study.axes.{key} must be a list of values, got {values!r}")
        seeds = self.final_seeds
        if not seeds or min(seeds) < 0 or len(set(seeds)) < len(seeds):
            raise ConfigError(f"study.seeds must be a number >= 1 or different seeds >= 0, got {self.seeds}")
        if self.seconds is not None and self.seconds <= 0:
            raise ConfigError(f"study.seconds must be > 0, got {self.seconds}")
        if self.margin is not None and self.margin < 0:
            raise ConfigError(f"study.margin must be >= 0 percentage points, got {self.margin}")
        if self.target is not None and not 0 < self.target <= 1:
            raise ConfigError(f"study.target must be an accuracy in (0, 1], got {self.target}")

    @property
    def final_seeds(self) -> list[int]:
        """The seeds of the comparison; the same for every arm, so that runs pair."""
        return list(range(self.seeds)) if isinstance(self.seeds, int) else self.seeds

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Reads a protocol from plain data.

        Raises:
            ConfigError: if a field is unknown or does not fit.

        Example:
            >>> Protocol.from_mapping({"axes": {"bias": [True, False]}, "seeds": 3}).final_seeds
            [0, 1, 2]
        """
        values = dict(mapping)
        if isinstance(values.get("axes"), Mapping):
            values["axes"] = _dotted(values["axes"])
        if isinstance(values.get("tuning"), Mapping):
            tuning = _known("study.tuning", Tuning, values["tuning"])
            if isinstance(tuning.get("space"), Mapping):
                tuning["space"] = _dotted(tuning["space"])
            values["tuning"] = Tuning(**tuning)
        return cls(**_known("study", cls, values))


def _dotted(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings by dotted name: ``+study.axes.optimizer.lr=[...]`` comes nested, in YAML it may be either."""
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        if isinstance(value, Mapping) and not _RANGE & set(value):
            flat |= _dotted(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _known(where: str, kind: type, mapping: Mapping[str, Any]) -> dict[str, Any]:
    names = [item.name for item in fields(kind)]
    for key in mapping:
        if key not in names:
            raise ConfigError(
                f"{where} has no field '{key}'{suggest(key, names).replace('installed:', 'fields:')}"
            )
    return dict(mapping)


def _check_types(where: str, described: Protocol | Tuning) -> None:
    for name, expected in get_type_hints(type(described)).items():
        value = getattr(described, name)
        if Tuning in get_args(expected):
            if not (value is None or isinstance(value, Tuning)):
                raise ConfigError(f"{where}.{name} must be a mapping with a space, got {value!r}")
        elif not fits(value, expected):
            raise ConfigError(f"{where}.{name} must be {type_name(expected)}, got {value!r}")


def _check_dimension(key: str, values: Any, method: str) -> None:
    where = f"study.tuning.space.{key}"
    if isinstance(values, list) and values:
        return
    if not isinstance(values, Mapping) or not _RANGE <= set(values) <= _RANGE | {"log"}:
        raise ConfigError(f"{where} must be a list of values or {{low, high, log}}, got {values!r}")
    if method == "grid":
        raise ConfigError(f"{where} is a range: a grid needs a list, or take method random or optuna")
    low, high = values["low"], values["high"]
    numbers = all(isinstance(item, int | float) and not isinstance(item, bool) for item in (low, high))
    if not numbers or not low < high or (values.get("log") and low <= 0):
        raise ConfigError(f"{where} must be a range of numbers, low < high, and > 0 if log, got {values!r}")
