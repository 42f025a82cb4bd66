"""A comparison as tables of text, which terminals and documents show alike."""

from collections.abc import Iterator

from convlab.compare.comparison import Comparison
from convlab.compare.tables.differences import difference_table
from convlab.compare.tables.extras import estimate_table, ranking_table, sensitivity_table, target_table
from convlab.compare.tables.factorial import factorial_tables
from convlab.compare.tables.leaderboard import leaderboard
from convlab.compare.tables.table import Table

__all__ = ["Table", "leaderboard", "tables"]

_FEWEST_RANKED = 3


def tables(comparison: Comparison) -> list[Table]:
    """All tables that a comparison has something for, the leaderboard first."""
    return [leaderboard(comparison), *_details(comparison)]


def _details(comparison: Comparison) -> Iterator[Table]:
    if any(row.estimate and row.estimate.interval for row in comparison.rows):
        yield estimate_table(comparison)
    if comparison.differences:
        yield difference_table(comparison)
    if comparison.factorial:
        yield from factorial_tables(comparison.factorial, comparison.metric)
    if comparison.targets:
        yield target_table(comparison)
    if comparison.sensitivities:
        yield sensitivity_table(comparison)
    if comparison.ranking and len(comparison.ranking.labels) >= _FEWEST_RANKED:
        yield ranking_table(comparison.ranking)
