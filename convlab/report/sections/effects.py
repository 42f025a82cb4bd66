"""What single settings do: main effects, interactions, and the learning rate."""

from collections.abc import Iterator
from itertools import combinations

from convlab.compare import Comparison
from convlab.compare.charts import sensitivity_chart
from convlab.compare.factorial import Factorial
from convlab.compare.tables.extras import sensitivity_table
from convlab.compare.tables.factorial import factorial_tables
from convlab.report.layout import folded, note, section, table_of
from convlab.report.markup import Markup, element, joined
from convlab.report.material import Material

_SHADES = 10


def section_of(name: str, material: Material) -> Markup | None:
    """Means for every pair of settings as a map, and the score by learning rate, where there are any."""
    comparison = material.comparison
    parts = [*_factorial(comparison), *_sensitivity(comparison)]
    return section(name, "Effects of single settings", *parts) if parts else None


def _factorial(comparison: Comparison) -> Iterator[Markup]:
    found = comparison.factorial
    if found is None:
        return
    yield note(
        f"Means over {found.seeds} seeds and all other settings. Where lines of a map differ in more than "
        "their level, the settings interact."
    )
    yield element("div", *(_map(found, pair) for pair in combinations(found.axes, 2)), class_="maps")
    tables = factorial_tables(found, comparison.metric)
    yield folded("Analysis of variance, main effects, interactions", *map(table_of, tables))


def _map(found: Factorial, axes: tuple[str, str]) -> Markup:
    """A table of means, shaded."""
    down, across = axes
    means = {
        (effect.levels[down], effect.levels[across]): effect.mean
        for effect in found.interactions
        if set(effect.levels) == set(axes)
    }
    low, high = min(means.values(), default=0.0), max(means.values(), default=0.0)
    head = element(
        "tr",
        element("th", f"{down} \\ {across}", scope="col"),
        *(element("th", level, scope="col") for level in found.axes[across]),
    )
    body = [
        element(
            "tr",
            element("th", level, scope="row"),
            *(_shaded(means.get((level, other)), low, high) for other in found.axes[across]),
        )
        for level in found.axes[down]
    ]
    table = element("table", element("thead", head), element("tbody", *body), class_="map")
    return element("div", table, class_="wide", tabindex="0")


def _shaded(mean: float | None, low: float, high: float) -> Markup:
    if mean is None:
        return element("td", "–")
    share = (mean - low) / (high - low) if high > low else 0.5
    return element("td", f"{mean:.3f}", class_=f"shade{min(int(share * _SHADES), _SHADES - 1)}")


def _sensitivity(comparison: Comparison) -> Iterator[Markup]:
    found = comparison.sensitivities
    if not found:
        return
    chart = Markup(sensitivity_chart(found, comparison.metric))
    yield joined(
        element("h3", "Learning rate"),
        element("figure", chart, element("figcaption", f"Mean {comparison.metric.title} by learning rate")),
        folded("The numbers", table_of(sensitivity_table(comparison))),
    )
