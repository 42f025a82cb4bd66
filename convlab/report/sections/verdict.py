"""The verdict, before anything else."""

from typing import Any

from convlab.compare.charts import profile_chart, rank_diagram
from convlab.compare.tables.differences import difference_table
from convlab.compare.tables.extras import estimate_table, target_table
from convlab.report.layout import folded, section, table_of
from convlab.report.markup import Markup, element, joined
from convlab.report.material import Material

_FEWEST_RANKED = 3


def section_of(name: str, material: Material) -> Markup:
    """The question, the answer in one sentence, the sentences behind it, and each difference."""
    comparison = material.comparison
    others = comparison.sentences[1:]
    return section(
        name,
        "Verdict",
        *(element("p", question, class_="question") for question in _questions(material)),
        element("p", f"{comparison.headline}.", class_="headline"),
        element("ul", *(element("li", f"{text}.") for text in others)) if others else None,
        _details(material),
    )


def _questions(material: Material) -> list[str]:
    asked = (study.protocol.get("question") for study in material.studies)
    return [question for question in asked if isinstance(question, str) and question]


def _details(material: Material) -> Markup:
    comparison = material.comparison
    parts: list[Any] = []
    if comparison.differences:
        parts.append(folded("Every difference, with p values", table_of(difference_table(comparison))))
    if any(row.estimate and row.estimate.interval for row in comparison.rows):
        parts.append(folded("Means and interquartile means", table_of(estimate_table(comparison))))
    if comparison.targets:
        parts.append(folded("Time to the target", table_of(target_table(comparison))))
    ranking = comparison.ranking
    if ranking and len(ranking.labels) >= _FEWEST_RANKED:
        diagram = Markup(rank_diagram(ranking))
        parts.append(folded("Average ranks and the critical difference", element("figure", diagram)))
    if comparison.profiles and len(comparison.scored) > 1:
        chart = Markup(profile_chart(comparison.profiles, comparison.metric))
        caption = element("figcaption", f"Share of runs that reach a {comparison.metric.title}")
        parts.append(folded("Performance profiles", element("figure", chart, caption)))
    return joined(*parts)
