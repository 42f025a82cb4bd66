"""Runs grouped by configuration: one arm of the comparison each, its seeds the repetitions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convlab.compare.statistic import Statistic, is_finite_number
from convlab.records.cell import canonical
from convlab.records.columns import differing_columns
from convlab.records.flat import Flat
from convlab.records.read_run import ReadRun
from convlab.records.text import printable

# Settings that say where and how a run happened, or which of the repetitions it was.
_NOT_COMPARED = frozenset({"seed", "study", "runs_dir", "threads", "trackers", "probes"})


@dataclass(frozen=True)
class Arm:
    """All runs of one configuration.

    Attributes:
        label: what tells this configuration from the others, such as ``"he_normal, optimizer.lr=0.1"``.
        settings: value by column; a column that this configuration lacks is missing.
        finished: its finished runs by seed.
        unfinished: number of the other runs by status.
    """

    label: str
    settings: dict[str, Any]
    finished: dict[str, ReadRun]
    unfinished: dict[str, int]

    def scores(self, name: str) -> dict[str, float]:
        """A result of the finished runs by seed; what is no finite number is left out."""
        found = {seed: run.result.get(name) for seed, run in self.finished.items()}
        return {seed: float(value) for seed, value in found.items() if is_finite_number(value)}

    def statistic(self, name: str) -> Statistic | None:
        """Mean and deviation of a result over the finished runs."""
        return Statistic.of(run.result.get(name) for run in self.finished.values())


def group_runs(
    runs: Sequence[ReadRun], axes: Sequence[str] = ()
) -> tuple[tuple[str, ...], list[Arm], list[str]]:
    """Groups runs whose configs differ only in the seed, or in where and how they ran.

    Args:
        runs: as `read_runs` gives them; those without a config are passed over.
        axes: the settings that a study compares; they alone name the arms, if that tells all of them apart.
            Others may differ as well, such as a learning rate that each arm chose for itself.

    Returns:
        The names of the settings that differ, the arms, and one sentence for each run that was left out
        because another one has its configuration and seed: it repeats a result and is no further evidence.
    """
    groups: dict[str, dict[str, ReadRun]] = {}
    configs: dict[str, Flat] = {}
    notes = []
    for run in sorted(runs, key=lambda run: run.status != "finished"):
        if not run.config:
            continue
        config = _compared(run.config)
        key, seed = canonical(config), canonical(run.config.get("seed"))
        configs.setdefault(key, config)
        first = groups.setdefault(key, {}).setdefault(seed, run)
        if first is not run:
            path, same = printable(run.path), printable(first.path)
            notes.append(f"{path}: left out, same configuration and seed as {same}")
    columns = differing_columns(list(configs.values()))
    labels = _labels(columns, axes, [configs[key] for key in groups])
    arms = [
        _arm(label, columns, configs[key], group)
        for label, (key, group) in zip(labels, groups.items(), strict=True)
    ]
    return tuple(columns), arms, notes


def _compared(config: Flat) -> Flat:
    return {name: value for name, value in config.items() if name.partition(".")[0] not in _NOT_COMPARED}


def _arm(label: str, columns: Sequence[str], config: Flat, group: dict[str, ReadRun]) -> Arm:
    return Arm(
        label=label,
        settings={name: config[name] for name in columns if name in config},
        finished={seed: run for seed, run in group.items() if run.status == "finished"},
        unfinished=dict(Counter(run.status for run in group.values() if run.status != "finished")),
    )


def _label(columns: Sequence[str], config: Flat) -> str:
    """What tells a configuration apart: choices by their names alone, other settings as name=value."""
    if not columns:
        return printable(config.get("model") or "all runs")
    parts = [
        config[name] if isinstance(config[name], str) and "." not in name else f"{name}={config[name]}"
        for name in config
        if name in columns
    ]
    return printable(", ".join(parts) or f"without {', '.join(columns)}")


def _labels(columns: Sequence[str], axes: Sequence[str], configs: Sequence[Flat]) -> list[str]:
    named = [name for name in columns if name in axes]
    short = [_label(named, config) for config in configs]
    if named and len(set(short)) == len(short):
        return short
    return _distinct([_label(columns, config) for config in configs])


def _distinct(labels: Sequence[str]) -> list[str]:
    """Numbers the labels that occur again, as those of the string "1" and the number 1 do."""
    seen: Counter[str] = Counter()
    distinct = []
    for label in labels:
        seen[label] += 1
        distinct.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return distinct
