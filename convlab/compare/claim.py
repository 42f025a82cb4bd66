"""A claim about configurations, checked against their runs."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from convlab.compare.comparison import Comparison
from convlab.compare.difference import FEWEST_SEEDS, Difference
from convlab.compare.metric import Metric
from convlab.compare.names import simplified, unknown_configuration
from convlab.compare.pairs import pair_up
from convlab.compare.power import seeds_needed
from convlab.compare.row import Row
from convlab.compare.wording import further_seeds_text, interval_text, listed, named
from convlab.errors import ConfigError
from convlab.records.cell import canonical
from convlab.records.text import printable

SUPPORTED, REFUTED, UNDECIDED = "supported", "refuted", "undecided"

_GRAMMAR = re.compile(
    r"\s*(?P<first>.+?)\s+(?P<relation>[<>=])\s+(?P<second>.+?)"
    r"(?:\s+(?P<word>by|within)\s+(?P<amount>\d+(?:\.\d*)?|\.\d+)\s*(?:points?|s|%)?)?\s*"
)


@dataclass(frozen=True)
class Claim:
    """What is claimed: that one is better than the other by more than an amount, or that they tie within it.

    Attributes:
        better: the one that is claimed to be better, or the first of a tie.
        other: the other one.
        amount: in points for accuracies, >= 0.
        tie: whether the claim is a tie.
    """

    better: str
    other: str
    amount: float
    tie: bool

    @classmethod
    def parse(cls, text: str, margin: float | None = None) -> "Claim":
        """Reads a claim.

        Args:
            text: ``"A > B"``, ``"A > B by 0.5"``, ``"A < B by 0.5"`` or ``"A = B within 0.1"``; ``>`` stands
                for "is better than", also where less is better.
            margin: of a tie that names none.

        Returns:
            The claim.

        Raises:
            ConfigError: if it cannot be read.

        Example:
            >>> Claim.parse("he_normal > glorot_uniform by 0.5")
            Claim(better='he_normal', other='glorot_uniform', amount=0.5, tie=False)
        """
        match = _GRAMMAR.fullmatch(text)
        if match is None:
            raise ConfigError(
                f'cannot read the claim \'{printable(text)}\': write "A > B", "A > B by 0.5" or '
                '"A = B within 0.1", with spaces around the sign'
            )
        first, second, tie = match["first"], match["second"], match["relation"] == "="
        if match["word"] and tie != (match["word"] == "within"):
            raise ConfigError(f"'{printable(text)}': '>' and '<' go with 'by', '=' goes with 'within'")
        amount = float(match["amount"] or (margin or 0.0) * tie)
        if tie and not amount:
            raise ConfigError(f"'{printable(text)}': a tie needs a margin, such as \"A = B within 0.1\"")
        if match["relation"] == "<":
            first, second = second, first
        return cls(first, second, amount, tie)


@dataclass(frozen=True)
class Answer:
    """What the runs say about a claim.

    Attributes:
        outcome: ``"supported"``, ``"refuted"`` or ``"undecided"``.
        difference: of the one that was claimed to be better over the other; the interval decides.
        further_seeds: seeds of each that would probably decide it, or None where it is decided or no
            reasonable number would do.
        sentence: all this in words.
    """

    outcome: str
    difference: Difference
    further_seeds: int | None
    sentence: str


def check_claim(claim: Claim, comparison: Comparison) -> Answer:
    """Answers a claim by the 95% interval of the difference.

    "A > B by m" is supported if the whole interval lies above m, refuted if it lies below m, and undecided
    otherwise. "A = B within m" is supported if the whole interval lies between -m and m, and refuted if it
    lies outside. A name that is a level of one setting, such as ``he_normal`` in a study of initializers and
    activations, stands for the mean over all choices of the other settings that both names have.

    Args:
        claim: what is claimed.
        comparison: of the runs.

    Returns:
        The answer. With fewer than three seeds it is always undecided.

    Raises:
        ConfigError: if a name is no configuration and no level, or the two are never compared under the same
            other settings.
    """
    first, second = _scores_by_seed(claim, comparison)
    scale = comparison.metric.scale
    pairs = pair_up(
        [claim.better, claim.other],
        [{seed: scale * value for seed, value in scores.items()} for scores in (first, second)],
        direction=comparison.metric.direction,
        resolution=scale * comparison.resolution,
    )
    difference = pairs.between(0, 1)
    outcome = _outcome(claim, difference)
    further = _further_seeds(claim, difference) if outcome == UNDECIDED else None
    return Answer(
        outcome, difference, further, _sentence(claim, difference, outcome, further, comparison.metric)
    )


def _outcome(claim: Claim, difference: Difference) -> str:
    interval = difference.interval
    if interval is None or difference.n < FEWEST_SEEDS:
        return UNDECIDED
    if claim.tie:
        if -claim.amount < interval.low and interval.high < claim.amount:
            return SUPPORTED
        return REFUTED if interval.low > claim.amount or interval.high < -claim.amount else UNDECIDED
    if interval.low > claim.amount:
        return SUPPORTED
    return REFUTED if interval.high < claim.amount else UNDECIDED


def _further_seeds(claim: Claim, difference: Difference) -> int | None:
    """Seeds to add, if mean and deviation stay as they are."""
    if difference.n < FEWEST_SEEDS or not difference.deviation > 0:
        return max(FEWEST_SEEDS - difference.n, 0) or None
    nearest = math.copysign(claim.amount, difference.mean) if claim.tie else claim.amount
    effect = (difference.mean - nearest) / difference.deviation
    needed = seeds_needed(effect, paired=difference.paired)
    return None if needed is None else max(needed - difference.n, 1)


def _sentence(claim: Claim, difference: Difference, outcome: str, further: int | None, metric: Metric) -> str:
    better, other = named(printable(claim.better)), named(printable(claim.other))
    amount = f"{claim.amount:g} {metric.unit}".rstrip()
    if claim.tie:
        said = f"{better} ties with {other} within {amount}"
    else:
        said = f"{better} beats {other}" + (f" by more than {amount}" if claim.amount else "")
    found = f"difference {metric.difference_text(difference.mean)} ({interval_text(difference, metric)})"
    if outcome != UNDECIDED:
        return f"{outcome}: {said}; {found}"
    return f"{outcome}: {said}; {found}; {further_seeds_text(further)} would decide it"


def _scores_by_seed(claim: Claim, comparison: Comparison) -> tuple[dict[str, float], dict[str, float]]:
    """Both sides' scores by seed, averaged over the other settings that both have."""
    names = (claim.better, claim.other)
    first, second = _whole_rows(names, comparison.scored) or _levels(names, comparison)
    common = [others for others in first if others in second]
    return _means([first[others] for others in common]), _means([second[others] for others in common])


def _means(rows: Sequence[Row]) -> dict[str, float]:
    """Mean over some rows for each seed that all of them have."""
    seeds = sorted(set.intersection(*(set(row.scores) for row in rows)))
    return {seed: sum(row.scores[seed] for row in rows) / len(rows) for seed in seeds}


def _whole_rows(names: Sequence[str], rows: Sequence[Row]) -> list[dict[str, Row]]:
    """The rows whose labels the names are, or nothing unless both are labels."""
    by_label = {simplified(row.label): row for row in rows}
    found = [by_label.get(simplified(name)) for name in names]
    return [{"": row} for row in found if row is not None] if None not in found else []


def _levels(names: Sequence[str], comparison: Comparison) -> list[dict[str, Row]]:
    """The rows that have each name as a level of one setting, by their other settings."""
    for column in comparison.columns:
        matching = [[row for row in comparison.scored if _is_level(name, row, column)] for name in names]
        sides = [{_others(row, column, comparison.question.axes): row for row in rows} for rows in matching]
        for name, rows, side in zip(names, matching, sides, strict=True):
            if all(sides) and len(side) < len(rows):
                labels = listed([row.label for row in rows])
                raise ConfigError(f"'{printable(name)}' stands for {labels}: name one of them")
        if all(sides) and not sides[0].keys().isdisjoint(sides[1]):
            return sides
    raise _unmatched(names, comparison)


def _unmatched(names: Sequence[str], comparison: Comparison) -> ConfigError:
    """The error that says which name is unknown, or that both are and yet cannot be compared."""
    rows = comparison.scored
    levels = (printable(value) for row in rows for value in row.settings.values())
    known = list(dict.fromkeys([*(row.label for row in rows), *levels]))
    spellings = {simplified(name) for name in known}
    spellings |= {simplified(f"{column}={row.settings[column]}") for row in rows for column in row.settings}
    for name in names:
        if simplified(name) not in spellings:
            return unknown_configuration(printable(name), known)
    first, second = map(printable, names)
    return ConfigError(
        f"'{first}' and '{second}' never ran with the same other settings: "
        "name two whole configurations as 'convlab compare' shows them"
    )


def _is_level(name: str, row: Row, column: str) -> bool:
    if column not in row.settings:
        return False
    value = str(row.settings[column])
    return simplified(name) in (simplified(value), simplified(f"{column}={value}"))


def _others(row: Row, column: str, axes: Sequence[str]) -> str:
    """All other settings, without those that belong to the choice itself, such as an optimizer's own.

    In a study these are its other axes: what an arm chose for itself belongs to it.
    """
    return canonical(
        {
            name: value
            for name, value in row.settings.items()
            if name != column and not name.startswith(f"{column}.") and (not axes or name in axes)
        }
    )
