"""The words of a verdict: one difference, or a list of names, as a sentence."""

from collections.abc import Sequence

from convlab.compare.difference import BETTER, FEWEST_SEEDS, TIE, UNTESTED, WORSE, Difference
from convlab.compare.metric import Metric
from convlab.compare.power import ALPHA

_NAMED = 4


def difference_sentence(difference: Difference, metric: Metric) -> str:
    """Says who beats whom, by how much and how sure.

    Args:
        difference: in points for accuracies.
        metric: what differs.

    Returns:
        A sentence without a full stop, such as ``"he_normal beats zeros by 0.42 points (95% 0.20 to 0.63, 10
        paired seeds)"``.
    """
    if difference.outcome == WORSE:
        return difference_sentence(difference.swapped(), metric)
    first, second = named(difference.first), named(difference.second)
    evidence = f"({interval_text(difference, metric)})"
    amount = metric.difference_text(difference.mean)
    if difference.outcome == BETTER:
        return f"{first} beats {second} by {amount} {evidence}"
    if difference.outcome == TIE:
        margin = f"{difference.margin:g} {metric.unit}".rstrip()
        return f"{first} and {second} tie within {margin}: difference {amount} {evidence}"
    if difference.outcome == UNTESTED:
        return (
            f"{first} and {second}: {seeds_text(difference)} {'is' if difference.n == 1 else 'are'} "
            f"too few for a verdict, run {FEWEST_SEEDS} at least"
        )
    corrected = ", after correction for the number of pairs" if difference.p < ALPHA else ""
    return (
        f"{first} and {second} are not told apart{corrected}: difference {amount} {evidence}; "
        f"{further_seeds_text(difference.further_seeds)} would tell"
    )


def further_seeds_text(further: int | None) -> str:
    """A number of seeds to add, such as ``"about 12 more seeds of each"``."""
    if further is None:
        return "no affordable number of seeds"
    return f"about {further} more seed{'s' if further > 1 else ''} of each"


def interval_text(difference: Difference, metric: Metric) -> str:
    """Interval and seeds, such as ``"95% 0.20 to 0.63, 10 paired seeds"``."""
    seeds = seeds_text(difference)
    found = difference.interval
    if found is None:
        return seeds
    return f"95% {metric.number(found.low)} to {metric.number(found.high)}, {seeds}"


def seeds_text(difference: Difference) -> str:
    """Number and kind of the seeds, such as ``"10 paired seeds"``."""
    kind = "paired" if difference.paired else "unpaired"
    return f"{difference.n} {kind} seed{'' if difference.n == 1 else 's'}"


def named(label: str) -> str:
    """A label within a sentence: in quotes if it is made of several words.

    Example:
        >>> named("he_normal"), named("he_normal, gelu")
        ('he_normal', "'he_normal, gelu'")
    """
    return f"'{label}'" if " " in label else label


def listed(labels: Sequence[str]) -> str:
    """Some labels in one phrase.

    Example:
        >>> listed(["a"]), listed(["a", "b"]), listed(list("abcdefgh"))
        ('a', 'a and b', 'a, b, c and 5 others')
    """
    names = [named(label) for label in labels]
    if len(names) > _NAMED:
        names[_NAMED - 1 :] = [f"{len(names) - _NAMED + 1} others"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
