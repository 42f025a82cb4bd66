"""The verdict in plain sentences, which claim no more than the seeds show."""

from collections.abc import Sequence

from convlab.compare.difference import BETTER, FEWEST_SEEDS, TIE, UNDECIDED, UNTESTED, WORSE, Difference
from convlab.compare.metric import Metric
from convlab.compare.pairs import Pairs
from convlab.compare.row import Row
from convlab.compare.wording import difference_sentence, further_seeds_text, listed, named
from convlab.records.text import printable

_DIFFERENCES_TOLD = 12
_TIES_TOLD = 6
_DROPOUTS_TOLD = 6
_MEANS_TOLD = 5


def verdict(
    rows: Sequence[Row], differences: Sequence[Difference], pairs: Pairs, metric: Metric, baseline: int | None
) -> list[str]:
    """Says what follows from the runs.

    Args:
        rows: best first, those without a score last.
        differences: from the best row, or of all others from the baseline.
        pairs: differences between all those with a score.
        metric: what is compared.
        baseline: position of the one that all others are compared with, or None.

    Returns:
        Sentences without full stops: the outcome, the differences from the best or from the baseline, ties
        among the others, and what did not finish.
    """
    scored = [row for row in rows if row.estimate is not None]
    return [*_outcome(scored, differences, pairs, metric, baseline), *_data_differ(rows), *_dropouts(rows)]


def _outcome(
    scored: Sequence[Row], found: Sequence[Difference], pairs: Pairs, metric: Metric, baseline: int | None
) -> list[str]:
    if not scored:
        return ["no run has finished"]
    if len(scored) == 1:
        return [_alone(scored[0], metric)]
    if sum(len(row.scores) >= FEWEST_SEEDS for row in scored) < 2:
        return [_too_few(scored, metric)]
    told = [difference_sentence(item, metric) for item in found[:_DIFFERENCES_TOLD]]
    if len(found) == 1:
        return told
    ties = _other_ties(pairs, metric) if baseline is None else []
    if len(found) > len(told):
        told.append(f"{len(found) - len(told)} more differences are in the table")
    if baseline is None:
        first = _lead(scored[0].label, found, metric)
    else:
        first = _against_baseline(scored[baseline].label, found)
    return [first, *told, *ties]


def _alone(row: Row, metric: Metric) -> str:
    found = row.estimate
    assert found is not None
    spread = "" if found.deviation is None else f" ± {found.deviation:.3f}"
    seeds = f"{found.n} seed{'s' if found.n > 1 else ''}"
    interval = f" (95% {found.interval.low:.3f} to {found.interval.high:.3f})" if found.interval else ""
    return f"{row.label}: {metric.title} {found.mean:.3f}{spread} over {seeds}{interval}"


def _too_few(scored: Sequence[Row], metric: Metric) -> str:
    most = max(len(row.scores) for row in scored)
    means = [f"{named(row.label)} {row.estimate.mean:.3f}" for row in scored[:_MEANS_TOLD] if row.estimate]
    seeds = f"{most} seed{'s' if most > 1 else ''}"
    needed = ",".join(map(str, range(FEWEST_SEEDS)))
    return (
        f"no verdict from {seeds}: {metric.title} {', '.join(means)}; "
        f"run {FEWEST_SEEDS} seeds of each at least, such as seed={needed}"
    )


def _lead(best: str, found: Sequence[Difference], metric: Metric) -> str:
    """The best configuration and how it stands to all others."""
    beaten = _those(found, BETTER)
    if len(beaten) == len(found):
        nearest = difference_sentence(found[0], metric).removeprefix(f"{named(best)} beats ")
        return f"{named(best)} is best: it beats all {len(found)} others, the next, {nearest}"
    parts = []
    if beaten:
        parts.append(f"beats {listed(beaten)}")
    if ties := _those(found, TIE):
        parts.append(f"ties with {listed(ties)}")
    if worse := _those(found, WORSE):  # on the seeds they share; the ranking goes over all
        parts.append(f"loses to {listed(worse)} on the same seeds")
    if open_ones := [item for item in found if item.outcome in (UNDECIDED, UNTESTED)]:
        names = listed([item.second for item in open_ones])
        hint = (
            f" ({further_seeds_text(open_ones[0].further_seeds)} would tell)"
            if open_ones[0].outcome == UNDECIDED
            else ""
        )
        parts.append(f"is not told apart from {names}{hint}")
    return f"{named(best)} leads {len(found) + 1} configurations: it {'; it '.join(parts)}"


def _against_baseline(baseline: str, found: Sequence[Difference]) -> str:
    phrases = (
        (BETTER, "better"),
        (WORSE, "worse"),
        (TIE, "a tie"),
        (UNDECIDED, "undecided"),
        (UNTESTED, "on too few seeds"),
    )
    parts = [
        f"{phrase}: {listed([item.first for item in found if item.outcome == outcome])}"
        for outcome, phrase in phrases
        if any(item.outcome == outcome for item in found)
    ]
    return f"against {named(baseline)}, {'; '.join(parts)}"


def _those(found: Sequence[Difference], outcome: str) -> list[str]:
    return [item.second for item in found if item.outcome == outcome]


def _other_ties(pairs: Pairs, metric: Metric) -> list[str]:
    """Ties between configurations that are not the best one."""
    others = [pair for pair in pairs.ties() if 0 not in pair]
    return [difference_sentence(pairs.between(*pair), metric) for pair in others[:_TIES_TOLD]]


def _data_differ(rows: Sequence[Row]) -> list[str]:
    names = sorted({printable(row.settings["data"]) for row in rows if "data" in row.settings})
    return [f"the data differ ({listed(names)}): accuracies are not of the same images"] if names else []


def _dropouts(rows: Sequence[Row]) -> list[str]:
    """Configurations whose means go over the survivors only."""
    told = [_dropout(row) for row in rows if row.unfinished and row.runs]
    return [
        *told[:_DROPOUTS_TOLD],
        *([f"and {len(told) - _DROPOUTS_TOLD} more"] if told[_DROPOUTS_TOLD:] else []),
    ]


def _dropout(row: Row) -> str:
    count = sum(row.unfinished.values())
    kinds = ", ".join(f"{number} {status}" for status, number in sorted(row.unfinished.items()))
    total = count + len(row.runs)
    return f"{named(row.label)}: {count} of {total} runs did not finish ({kinds}) and are not in its mean"
