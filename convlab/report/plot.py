"""A chart of curves as SVG, which the script of the page can zoom."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from convlab.report.markup import Markup, element
from convlab.report.ticks import linear_ticks, log_ticks

WIDTH, HEIGHT = 460, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 10, 38
# the inside is drawn in a square of so many units, so that a zoom only moves the window on it
_UNITS = 1000
_LOG_FROM = 10.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """A curve with a band.

    Attributes:
        style: number of its color and dashes, which the legend shares.
        middle: points in the order of x.
        band: lower and upper end at each point; empty without one.
        dashed: True for what is expected rather than measured.
    """

    style: int
    middle: Sequence[Point]
    band: Sequence[Point] = ()
    dashed: bool = False


@dataclass(frozen=True)
class Scale:
    """How the values of one axis are placed.

    Attributes:
        low: value, or logarithm of the value, at the first unit.
        high: at the last unit.
        is_log: whether these are logarithms to base 10.
    """

    low: float
    high: float
    is_log: bool

    @staticmethod
    def of(values: Sequence[float], *, may_be_log: bool, room: float) -> "Scale":
        """A scale that holds some finite values, logarithmic if they span more than a factor of ten."""
        low, high = min(values), max(values)
        positive = [value for value in values if value > 0]
        is_log = may_be_log and low >= 0 and bool(positive) and high / min(positive) > _LOG_FROM
        if is_log:
            low, high = math.log10(min(positive)), math.log10(high)
        if low == high == 0:
            high = 1.0  # a share of 0 is no number around 0
        margin = room * (high - low) or 0.5 * room * abs(high)
        return Scale(low - margin, high + margin, is_log)

    def unit(self, value: float) -> int:
        """Where a value is drawn, from the lower end."""
        place = (math.log10(value) if value > 0 else self.low) if self.is_log else value
        return round(_UNITS * (place - self.low) / (self.high - self.low))

    def ticks(self, *, whole: bool = False) -> list[tuple[float, str]]:
        """Round places between the ends, and what is written at them."""
        ends = self.low, self.high
        return log_ticks(*ends) if self.is_log else linear_ticks(*ends, whole=whole)


def plot(
    curves: Sequence[Curve],
    title: str,
    x_title: str,
    *,
    x_names: Sequence[str] = (),
    may_be_log: bool = False,
) -> Markup | None:
    """Draws curves with axes.

    Args:
        curves: to draw; points that are not finite break a curve.
        title: of the chart, with what stands on the vertical axis.
        x_title: of the horizontal axis.
        x_names: names of the places 0, 1, 2 and so on, if these are not numbers.
        may_be_log: whether values that span more than a factor of ten are drawn by their logarithms, and 0
            at the lower edge.

    Returns:
        A figure; None if there is no finite point.
    """
    xs = [x for curve in curves for x, y in curve.middle if math.isfinite(x) and math.isfinite(y)]
    ys = [
        y
        for curve in curves
        for y in (*(y for _, y in curve.middle), *(end for pair in curve.band for end in pair))
        if math.isfinite(y)
    ]
    if not xs:
        return None
    scales = (
        Scale.of([*range(len(x_names))] or xs, may_be_log=False, room=0.06 if x_names else 0.02),
        Scale.of(ys, may_be_log=may_be_log, room=0.05),
    )
    x_ticks = list(enumerate(x_names)) or scales[0].ticks(whole=x_title == "epoch")
    inner = element(
        "svg",
        *(_drawn(curve, scales) for curve in curves),
        x=_LEFT,
        y=_TOP,
        width=WIDTH - _LEFT - _RIGHT,
        height=HEIGHT - _TOP - _BOTTOM,
        viewBox=f"0 0 {_UNITS} {_UNITS}",
        preserveAspectRatio="none",
        class_="inside",
    )
    drawing = element(
        "svg",
        element("title", title),
        element("g", *_ticks(scales, x_ticks), class_="ticks"),
        inner,
        element(
            "text",
            x_title,
            x=(WIDTH + _LEFT - _RIGHT) // 2,
            y=HEIGHT - 4,
            class_="axis",
            text_anchor="middle",
        ),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        class_="plot" if x_names else "plot zooms",
        role="img",
        data_x=f"{scales[0].low} {scales[0].high}",
        data_y=f"{scales[1].low} {scales[1].high}",
        data_log=scales[1].is_log,
    )
    zeros = ", 0 at the lower edge" if 0 in ys else ""
    note = f" (log scale{zeros})" if scales[1].is_log else ""
    return element("figure", element("figcaption", f"{title}{note}"), drawing, class_="chart")


def _ticks(scales: tuple[Scale, Scale], x_ticks: Sequence[tuple[float, str]]) -> list[Markup]:
    """Lines across the chart and what stands beside them."""
    parts = []
    across, down = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    for value, name in scales[1].ticks():
        y = _TOP + down * (1 - (value - scales[1].low) / (scales[1].high - scales[1].low))
        parts.append(element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}"))
        parts.append(element("text", name, x=_LEFT - 6, y=f"{y + 4:.1f}", text_anchor="end"))
    for value, name in x_ticks:
        x = _LEFT + across * (value - scales[0].low) / (scales[0].high - scales[0].low)
        parts.append(
            element("text", name, x=f"{x:.1f}", y=HEIGHT - _BOTTOM + 16, text_anchor="middle", class_="x")
        )
    return parts


def _drawn(curve: Curve, scales: tuple[Scale, Scale]) -> Markup:
    """Band, line, and a dot where a curve is a single point."""
    parts = []
    if curve.band:
        xs = [x for x, _ in curve.middle]
        lower = [(x, low) for x, (low, _) in zip(xs, curve.band, strict=True)]
        upper = [(x, high) for x, (_, high) in zip(xs, curve.band, strict=True)]
        outline = _path([*lower, *reversed(upper)], scales)
        parts.append(element("path", d=f"{outline}Z", class_="band"))
    middle = _path(curve.middle, scales)
    parts.append(element("path", d=middle, class_="line expected" if curve.dashed else "line"))
    if middle and "L" not in middle:
        parts.append(element("path", d=f"{middle}h0.01", class_="dot"))
    return element("g", *parts, class_=f"arm style{curve.style}", data_arm=curve.style)


def _path(points: Sequence[Point], scales: tuple[Scale, Scale]) -> str:
    """Lines through the finite points; a gap where one is not finite."""
    written, broken = [], True
    for x, y in points:
        if not (math.isfinite(x) and math.isfinite(y)):
            broken = True
            continue
        command = "M" if broken else "L"
        written.append(f"{command}{scales[0].unit(x)} {_UNITS - scales[1].unit(y)}")
        broken = False
    return "".join(written)
