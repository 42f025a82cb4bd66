"""The two sides of a claim: which runs a name stands for."""

from collections.abc import Sequence

from convlab.compare.comparison import Comparison
from convlab.compare.names import simplified, unknown_configuration
from convlab.compare.row import Row
from convlab.compare.wording import listed
from convlab.errors import ConfigError
from convlab.records.cell import canonical
from convlab.records.text import printable


def scores_by_seed(
    names: tuple[str, str], comparison: Comparison
) -> tuple[dict[str, float], dict[str, float]]:
    """The scores of two things that are to be compared.

    Args:
        names: two labels of configurations, or two levels of one setting; a level stands for all
            configurations that have it, as far as the other level has them as well.
        comparison: of the runs.

    Returns:
        For each of the two its score by seed, averaged over the other settings.

    Raises:
        ConfigError: if a name is neither, stands for several configurations with equal other settings, or
            the two never ran with the same other settings.
    """
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
