"""Runs side by side: what differs between them, what each reached over its seeds, and what follows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from convlab.compare.arms import Arm, group_runs
from convlab.compare.difference import Difference
from convlab.compare.factorial import Factorial, analyze_factorial
from convlab.compare.interval import resolution_of
from convlab.compare.metric import DEFAULT_MARGIN, Metric, choose_metric
from convlab.compare.names import position_of
from convlab.compare.pairs import Pairs, pair_up
from convlab.compare.profiles import Profile, profiles_of
from convlab.compare.question import Question
from convlab.compare.ranking import Ranking, rank_by_seed
from convlab.compare.reading import read_runs
from convlab.compare.row import Row
from convlab.compare.sensitivity import Sensitivity, sensitivities_of
from convlab.compare.statistic import is_finite_number
from convlab.compare.target import TimeToTarget, time_to_target
from convlab.compare.verdict import verdict
from convlab.records.text import printable

_NOTE_LIMIT = 1000


@dataclass(frozen=True)
class Comparison:
    """Runs side by side. What is expensive to compute is computed when it is first asked for.

    Attributes:
        columns: dotted names of the settings that differ.
        rows: one for each configuration, best first, those without a score last.
        metric: what they are ranked and compared by.
        question: margin, target, baseline and axes as they apply.
        resolution: step between the values of the metric that can occur, 0 if it is continuous.
        notes: one sentence for each run that is not in the means, with its folder and the reason.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    metric: Metric
    question: Question
    resolution: float
    notes: tuple[str, ...]

    @property
    def ranked_by(self) -> str:
        """Name of the metric."""
        return self.metric.name

    @cached_property
    def scored(self) -> tuple[Row, ...]:
        """The rows that have a score; `pairs` counts them from 0."""
        return tuple(row for row in self.rows if row.estimate is not None)

    @cached_property
    def baseline(self) -> int | None:
        """Position of the baseline among the scored rows; None if there is none, or if it has no score yet.

        Raises:
            ConfigError: if no configuration has its label.
        """
        name = self.question.baseline
        if name is None:
            return None
        found = position_of(name, [row.label for row in self.rows])
        return found if found < len(self.scored) else None  # those without a score come last

    @cached_property
    def pairs(self) -> Pairs:
        """Differences between the scored rows, in points for accuracies."""
        scale = self.metric.scale
        return pair_up(
            [row.label for row in self.scored],
            [{seed: scale * value for seed, value in row.scores.items()} for row in self.scored],
            direction=self.metric.direction,
            baseline=self.baseline,
            margin=self.question.margin or None,
            resolution=scale * self.resolution,
        )

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """Advantages of the best row over each other one, or of all others over the baseline."""
        count, baseline = len(self.scored), self.baseline
        if baseline is None:
            ranks = [(0, rank) for rank in range(1, count)]
        else:
            ranks = [(rank, baseline) for rank in range(count) if rank != baseline]
        return tuple(self.pairs.between(*pair) for pair in ranks if self.pairs.has(*pair))

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The verdict, the most important sentence first."""
        return tuple(verdict(self.rows, self.differences, self.pairs, self.metric, self.baseline))

    @property
    def headline(self) -> str:
        """The outcome in one sentence."""
        return self.sentences[0]

    @cached_property
    def factorial(self) -> Factorial | None:
        """Main effects and interactions, if the settings that differ form a full grid of two or more axes."""
        return analyze_factorial(self.scored, self.question.axes or self.columns, self.metric)

    @cached_property
    def targets(self) -> tuple[TimeToTarget, ...]:
        """When each row reached the target; empty without one."""
        target = self.question.target
        return () if target is None else tuple(time_to_target(row, target) for row in self.rows if row.runs)

    @cached_property
    def ranking(self) -> Ranking | None:
        """Average ranks over the seeds that all scored rows share, if there are two or more of both."""
        return rank_by_seed(self.scored, self.metric)

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """Share of runs that reached each score, for each scored row."""
        return tuple(profiles_of(self.scored, self.metric))

    @cached_property
    def sensitivities(self) -> tuple[Sensitivity, ...]:
        """Score against learning rate, where one varies while all else is equal."""
        return tuple(sensitivities_of(self.scored, self.columns, self.metric))

    def to_table(self) -> list[dict[str, Any]]:
        """The rows as plain data.

        Returns:
            For each row its settings by column, ``runs`` (number of finished runs), ``unfinished`` (number
            of others by status), for each result ``<result>_mean`` and ``<result>_deviation``, and for the
            metric ``mean`` and ``iqm`` with ``_low`` and ``_high``, the ends of their intervals.
        """
        return [
            {**{name: row.settings.get(name) for name in self.columns}, **row.to_mapping()}
            for row in self.rows
        ]


def compare(paths: Path | str | Iterable[Path | str], question: Question | None = None) -> Comparison:
    """Compares all runs in some folders.

    Runs whose configs differ only in the seed, or in where and how they ran, share a row; means and sample
    standard deviations go over its finished runs. Rows are ranked by the mean of the metric; unless it is
    given, that is the validation accuracy after the last epoch, and test accuracy only where no run has a
    validation split.

    Args:
        paths: a folder or several, searched for runs.
        question: what to ask; what it leaves open is taken from the folders' ``study.json``.

    Returns:
        The comparison.

    Raises:
        RecordError: if a path is not a folder or holds no runs.
        ConfigError: if no run has the metric, or no configuration is the baseline.
    """
    folders = [Path(path) for path in ([paths] if isinstance(paths, Path | str) else paths)]
    read = read_runs(folders)
    own = question or Question()
    asked = own.over(Question.of_studies(folders))
    columns, arms, duplicates = group_runs(read, asked.axes)
    metric = choose_metric(asked.metric, _available(arms))
    # a study's margin is in points, and says nothing of losses and seconds
    margin = asked.margin if metric.is_share else own.margin
    if margin is None and metric.is_share:
        margin = DEFAULT_MARGIN
    asked = replace(asked, metric=metric.name, margin=margin)
    resolution = resolution_of(value for arm in arms for value in arm.scores(metric.name).values())
    rows = [Row.of(arm, metric, resolution) for arm in arms]
    rows.sort(key=lambda row: _rank(row, metric))
    notes = [printable(f"{run.path}: {run.problem}", _NOTE_LIMIT) for run in read if run.problem]
    comparison = Comparison(columns, tuple(rows), metric, asked, resolution, (*notes, *duplicates))
    _ = comparison.baseline  # an unknown one is told at once
    return comparison


def _available(arms: Sequence[Arm]) -> set[str]:
    """Names of the finite numbers in the results of the finished runs."""
    results = [run.result for arm in arms for run in arm.finished.values()]
    return {name for result in results for name, value in result.items() if is_finite_number(value)}


def _rank(row: Row, metric: Metric) -> tuple[bool, float, str]:
    found = row.estimate
    return (found is None, -metric.direction * found.mean if found else 0.0, row.label)
