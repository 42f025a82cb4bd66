"""In what two runs differ: settings, circumstances, results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convlab.records.cell import canonical
from convlab.records.flat import flatten
from convlab.records.run_directory import RunDirectory

# where a run lies and how it was called tell nothing about it; the record repeats some settings
_PASSED_OVER = {
    "settings": frozenset({"runs_dir", "study"}),
    "circumstances": frozenset({"command", "seed", "precision"}),
    "result": frozenset[str](),
}


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in two runs.

    Attributes:
        part: ``"settings"``, ``"circumstances"`` or ``"result"``.
        name: dotted.
        left: the value in the first run; None where it has none.
        right: in the second.
    """

    part: str
    name: str
    left: Any
    right: Any


def differences(left: RunDirectory, right: RunDirectory) -> list[Difference]:
    """Lists only what differs between two runs.

    Args:
        left: a run.
        right: another one.

    Returns:
        Differences of the settings, then of versions and machine, then of what was reached.

    Raises:
        RecordError: if one of the folders holds no run, or cannot be read.
    """
    parts = {
        "settings": (left.config, right.config),
        "circumstances": (_record(left), _record(right)),
        "result": (left.result or {"status": left.status}, right.result or {"status": right.status}),
    }
    return [
        difference for part, (first, second) in parts.items() for difference in _of_part(part, first, second)
    ]


def _of_part(part: str, left: Mapping[str, Any], right: Mapping[str, Any]) -> list[Difference]:
    first, second = flatten(left), flatten(right)
    names = [name for name in dict.fromkeys([*first, *second]) if name not in _PASSED_OVER[part]]
    return [
        Difference(part, name, first.get(name), second.get(name))
        for name in names
        if canonical(first.get(name)) != canonical(second.get(name))
    ]


def _record(run: RunDirectory) -> dict[str, Any]:
    return run.record if (run.path / "record.json").exists() else {}
