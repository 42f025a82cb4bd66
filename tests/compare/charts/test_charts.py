"""Charts: well formed, with every curve and name, and safe."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from convlab.compare import Comparison, compare
from convlab.compare.charts import profile_chart, rank_diagram, sensitivity_chart
from convlab.compare.charts.svg import Plot
from convlab.compare.metric import Metric
from convlab.compare.profiles import Profile
from convlab.compare.ranking import rank_blocks
from convlab.compare.sensitivity import Sensitivity

SVG = "{http://www.w3.org/2000/svg}"


def texts(chart: str) -> list[str]:
    return ["".join(item.itertext()) for item in ElementTree.fromstring(chart).iter(f"{SVG}text")]


def points(chart: str) -> list[list[tuple[float, ...]]]:
    lines = ElementTree.fromstring(chart).iter(f"{SVG}polyline")
    return [[tuple(map(float, pair.split(","))) for pair in item.attrib["points"].split()] for item in lines]


def test_the_rank_diagram_has_names_ranks_and_bars() -> None:
    ranking = rank_blocks(["a", "b", "c"], [[3, 2, 1]] * 12)
    chart = rank_diagram(ranking)
    assert {"1.00 a", "2.00 b", "3.00 c", "critical difference 0.96"} <= set(texts(chart))
    joined = rank_diagram(rank_blocks(["a", "b", "c"], [[3, 2, 1], [1, 2, 3]]))
    assert joined.count('stroke-width="4"') == 1
    assert chart.count('stroke-width="4"') == 0
    assert "critical difference 2.34: more than the axis" in joined


def test_a_profile_is_a_staircase_from_all_runs_to_none() -> None:
    profile = Profile("adam", (0.95, 0.9), (0.25, 1.0))
    chart = profile_chart([profile], Metric("test_accuracy"))
    (curve,) = [line for line in points(chart) if len(line) == 6]
    plot = Plot(720, 300, (0.9 - 0.04 * 0.05, 0.95 + 0.04 * 0.05), (0, 1))
    corners = [(0.898, 1), (0.9, 1), (0.9, 0.25), (0.95, 0.25), (0.95, 0), (0.952, 0)]
    for drawn, corner in zip(curve, corners, strict=True):
        assert drawn == pytest.approx(plot.at(*corner), abs=0.06)


def test_harder_is_to_the_right_where_less_is_better() -> None:
    chart = profile_chart([Profile("adam", (1.0, 2.0), (0.5, 1.0))], Metric("seconds"))
    (curve,) = [line for line in points(chart) if len(line) == 6]
    assert [x for x, _ in curve] == sorted(x for x, _ in curve)
    assert [y for _, y in curve] == sorted(y for _, y in curve)


def test_the_good_rates_are_bold_and_the_best_has_a_dot() -> None:
    rates, means = (0.01, 0.1, 1.0, 10.0), (0.945, 0.95, 0.94, 0.2)
    chart = sensitivity_chart(
        [Sensitivity("sgd", "optimizer.lr", rates, means, 0.1, 0.01, 1.0)], Metric("test_accuracy")
    )
    assert sorted(len(line) for line in points(chart))[-2:] == [3, 4]
    assert chart.count("<circle") == 1
    assert {"0.01", "0.1", "1", "10", "sgd"} <= set(texts(chart))


Draw = Callable[[Comparison], str]


@pytest.mark.parametrize(
    "draw",
    [
        lambda found: rank_diagram(found.ranking),
        lambda found: profile_chart(found.profiles, found.metric),
        lambda found: sensitivity_chart(
            [Sensitivity(row.label, "lr", (0.1, 1.0), (0.5, 0.6), 1.0, 0.1, 1.0) for row in found.rows],
            found.metric,
        ),
    ],
)
def test_names_are_text(draw: Draw, hostile_runs: Path) -> None:
    chart = draw(compare(hostile_runs))
    names = {item.tag.removeprefix(SVG) for item in ElementTree.fromstring(chart).iter()}
    assert names <= {"svg", "title", "text", "polyline", "circle"}
    attributes = {name for item in ElementTree.fromstring(chart).iter() for name in item.attrib}
    assert not [name for name in attributes if name.startswith("on") or "href" in name]


def test_one_run_and_one_score_are_drawn() -> None:
    ElementTree.fromstring(profile_chart([Profile("a", (0.5,), (1.0,))], Metric("test_accuracy")))
    same = Sensitivity("a", "lr", (0.1, 0.2), (0.5, 0.5), 0.1, 0.1, 0.2)
    ElementTree.fromstring(sensitivity_chart([same], Metric("test_accuracy")))
