"""Main effects, interactions and the analysis of variance of a full grid."""

from collections.abc import Sequence

from convlab.compare.factorial import Effect, Factorial
from convlab.compare.metric import Metric
from convlab.compare.tables.table import (
    MISSING,
    Table,
    difference_interval_text,
    probability_text,
    with_unit,
)

_INTERACTIONS_SHOWN = 10


def factorial_tables(found: Factorial, metric: Metric) -> list[Table]:
    """The analysis of a full grid: variance, main effects, the largest interactions."""
    shown = found.interactions[:_INTERACTIONS_SHOWN]
    complete = len(shown) == len(found.interactions)
    title = (
        "Interactions" if complete else f"Interactions, the largest {len(shown)} of {len(found.interactions)}"
    )
    return [
        _variance_table(found),
        _effect_table("Main effects", found.main, metric),
        _effect_table(title, shown, metric),
    ]


def _variance_table(found: Factorial) -> Table:
    return Table(
        title="Analysis of variance",
        headings=("source", "df", "share", "F", "p", "p (Holm)"),
        rows=tuple(
            (
                " x ".join(source.settings),
                str(source.degrees),
                f"{100 * source.share:.1f}%",
                MISSING if source.f is None else f"{source.f:.2f}",
                probability_text(source.p),
                probability_text(source.p_adjusted),
            )
            for source in found.sources
        ),
        remark=f"share of the sum of squares; {found.seeds} seeds as blocks",
    )


def _effect_table(title: str, effects: Sequence[Effect], metric: Metric) -> Table:
    return Table(
        title=title,
        headings=("levels", "mean", with_unit("effect", metric), "95%"),
        rows=tuple(
            (
                ", ".join(f"{name}={level}" for name, level in effect.levels.items()),
                f"{effect.mean:.3f}",
                f"{effect.effect:+.2f}",
                difference_interval_text(effect.interval, metric),
            )
            for effect in effects
        ),
    )
