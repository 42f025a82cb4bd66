"""Curves as SVG: where points are drawn, and what is done with values that cannot be."""

import math
import re

from convlab.report.plot import Curve, plot


def paths(chart: str, kind: str) -> list[str]:
    return re.findall(rf'<path d="([^"]*)" class="{kind}"', chart)


def test_points_lie_in_the_square_of_thousand_units() -> None:
    chart = plot([Curve(0, [(0, 0.0), (1, 1.0)])], "accuracy", "epoch")
    assert chart is not None
    (drawn,) = paths(chart, "line")
    # a margin of 2 and 5 hundredths of the range around both points
    assert drawn == "M19 955L981 45"


def test_a_band_goes_out_along_its_lower_and_back_along_its_upper_end() -> None:
    chart = plot([Curve(0, [(0, 1.0), (1, 1.0)], [(0.0, 2.0), (0.0, 2.0)])], "loss", "epoch")
    assert chart is not None
    assert paths(chart, "band") == ["M19 955L981 955L981 45L19 45Z"]


def test_a_gap_stands_for_what_is_not_finite_and_a_dot_for_a_single_point() -> None:
    gap = plot([Curve(0, [(0, 1.0), (1, math.nan), (2, 2.0), (3, 2.0)])], "loss", "epoch")
    dot = plot([Curve(0, [(1, 2.0)])], "loss", "epoch")
    assert gap is not None
    assert dot is not None
    assert re.sub(r"[\d ]", "", paths(gap, "line")[0]) == "MML"
    assert len(paths(dot, "dot")) == 1


def test_nothing_finite_gives_no_chart() -> None:
    assert plot([Curve(0, [(0, math.inf)])], "loss", "epoch") is None
    assert plot([], "loss", "epoch") is None


def test_logarithms_where_values_span_much_with_zero_at_the_edge() -> None:
    curves = [Curve(0, [(0, 0.001), (1, 1.0), (2, 0.0)])]
    chart = plot(curves, "loss", "epoch", may_be_log=True)
    assert chart is not None
    assert "log scale, 0 at the lower edge" in chart
    heights = [int(y) for y in re.findall(r"[ML]\d+ (\d+)", paths(chart, "line")[0])]
    assert heights == [955, 45, 1000]
    assert "log scale" not in str(plot(curves, "loss", "epoch"))
