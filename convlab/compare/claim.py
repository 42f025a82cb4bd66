"""A claim about configurations, checked against their runs."""

import math
import re
from dataclasses import dataclass

from convlab.compare.comparison import Comparison
from convlab.compare.difference import FEWEST_SEEDS, Difference
from convlab.compare.metric import Metric
from convlab.compare.pairs import pair_up
from convlab.compare.power import seeds_needed
from convlab.compare.sides import scores_by_seed
from convlab.compare.wording import further_seeds_text, interval_text, named
from convlab.errors import ConfigError
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
    first, second = scores_by_seed((claim.better, claim.other), comparison)
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
