"""Main effects and interactions of a study that ran every combination of its settings."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from convlab.compare.anova import Source, analysis_of_variance, component
from convlab.compare.interval import Interval, interval_of_mean
from convlab.compare.metric import Metric
from convlab.compare.row import Row
from convlab.records.cell import canonical
from convlab.records.text import printable

Floats = npt.NDArray[np.float64]

_FEWEST_SEEDS = 2


@dataclass(frozen=True)
class Effect:
    """What one level of a setting, or two levels of two settings together, add to the score.

    Attributes:
        levels: level by setting: one for a main effect, two for an interaction.
        mean: mean score at these levels, over all else; in the metric's own unit.
        effect: for a main effect the mean minus the grand mean; for an interaction what is left of that after
            both main effects are taken away; in points for accuracies.
        interval: of the effect over the seeds, at 95%.
    """

    levels: dict[str, str]
    mean: float
    effect: float
    interval: Interval


@dataclass(frozen=True)
class Factorial:
    """The analysis of a full grid.

    Attributes:
        axes: levels by setting.
        seeds: number of seeds that every combination has; only these count.
        sources: the analysis of variance, one entry a setting and a combination of settings, then the rest.
        main: effects of single levels.
        interactions: effects of pairs of levels, the largest first.
    """

    axes: dict[str, tuple[str, ...]]
    seeds: int
    sources: tuple[Source, ...]
    main: tuple[Effect, ...]
    interactions: tuple[Effect, ...]


def analyze_factorial(rows: Sequence[Row], names: Sequence[str], metric: Metric) -> Factorial | None:
    """Analyzes a study whose settings form a full grid.

    y = grand mean + seed + main effects + interactions + rest

    by least squares, which on a full grid are differences of means. Each effect has a value for every seed,
    and its interval is Student's over these, so that it needs no equal variances.

    Args:
        rows: configurations with scores.
        names: the settings that span the grid.
        metric: what was reached.

    Returns:
        The analysis, or None if fewer than two settings differ, a combination is missing or there twice, or
        fewer than two seeds ran in all of them.
    """
    axes = {name: _levels(rows, name) for name in names if len(_levels(rows, name)) > 1}
    if len(axes) < 2 or math.prod(map(len, axes.values())) != len(rows):
        return None
    cells = {tuple(levels.index(_level(row, name)) for name, levels in axes.items()): row for row in rows}
    seeds = sorted(set.intersection(*(set(row.scores) for row in rows)))
    if len(cells) != len(rows) or len(seeds) < _FEWEST_SEEDS:
        return None
    scores = np.empty([*map(len, axes.values()), len(seeds)])
    for index, row in cells.items():
        scores[index] = [row.scores[seed] for seed in seeds]
    shown = {name: tuple(_shown(rows, name, level) for level in levels) for name, levels in axes.items()}
    numbers = range(len(axes))
    main = [effect for axis in numbers for effect in _effects(scores, shown, (axis,), metric)]
    joint = [effect for pair in combinations(numbers, 2) for effect in _effects(scores, shown, pair, metric)]
    return Factorial(
        axes=shown,
        seeds=len(seeds),
        sources=tuple(analysis_of_variance(metric.scale * scores, list(shown))),
        main=tuple(main),
        interactions=tuple(sorted(joint, key=lambda effect: -abs(effect.effect))),
    )


def _effects(
    scores: Floats, axes: dict[str, tuple[str, ...]], chosen: tuple[int, ...], metric: Metric
) -> list[Effect]:
    """The effects of all levels of the chosen axes, in the order of the levels."""
    others = tuple(axis for axis in range(scores.ndim - 1) if axis not in chosen)
    means = scores.mean(axis=(*others, scores.ndim - 1))
    by_seed = metric.scale * component(scores, chosen).squeeze(axis=others)
    names = [list(axes)[axis] for axis in chosen]
    found = []
    for index in np.ndindex(means.shape):
        values = by_seed[index].tolist()
        interval = interval_of_mean(values)
        assert interval is not None
        levels = {name: axes[name][level] for name, level in zip(names, index, strict=True)}
        found.append(Effect(levels, float(means[index]), float(np.mean(values)), interval))
    return found


def _levels(rows: Sequence[Row], name: str) -> list[str]:
    return list(dict.fromkeys(_level(row, name) for row in rows))


def _level(row: Row, name: str) -> str:
    return canonical(row.settings[name]) if name in row.settings else ""


def _shown(rows: Sequence[Row], name: str, level: str) -> str:
    row = next(row for row in rows if _level(row, name) == level)
    return printable(row.settings[name]) if name in row.settings else "none"
