"""Learning curves of the arms, each the mean over its seeds with a band from the lowest to the highest."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from convlab.compare import Row
from convlab.compare.statistic import is_finite_number
from convlab.errors import RecordError
from convlab.inspect.picture import evenly_chosen
from convlab.records.run_directory import RunDirectory
from convlab.report.layout import best_of, note, section
from convlab.report.legend import STYLES, legend
from convlab.report.markup import Markup, element
from convlab.report.material import Material
from convlab.report.plot import Curve, plot

_QUANTITIES = ("train_loss", "validation_accuracy")
_POINTS, _SEEDS = 60, 20
_AXES = {"epoch": "epoch", "seconds": "seconds of training"}

Lines = list[dict[str, Any]]


def section_of(name: str, material: Material) -> Markup | None:
    """Loss and accuracy over epochs, and over seconds."""
    rows = [row for row in material.comparison.rows if row.runs]
    shown = rows[:STYLES]
    metrics = [_metrics(row) for row in shown]
    panels = [_panel(metrics, axis, hidden=axis != "epoch") for axis in _AXES]
    if not any(metrics):
        return None
    some = best_of(len(shown), len(rows))
    tools = element(
        "div",
        element("button", "Over epochs", type="button", data_axis="epoch", aria_pressed="true"),
        element("button", "Over seconds", type="button", data_axis="seconds", aria_pressed="false"),
        element("button", "Reset zoom", type="button", data_reset=True),
        class_="tools",
    )
    return section(
        name,
        "Learning curves",
        note(
            "Mean over the seeds; the band is from the lowest to the highest seed. Drag across a chart to "
            f"zoom, click a name to hide or show it.{some}"
        ),
        tools,
        legend([row.label for row in shown]),
        *panels,
    )


def _metrics(row: Row) -> list[Lines]:
    """The metrics of an arm's finished runs."""
    found = []
    for path in row.runs[:_SEEDS]:
        try:
            lines = RunDirectory(path).metrics
        except RecordError:
            continue
        if lines:
            found.append([line for line in lines if isinstance(line.get("epoch"), int)])
    return found


def _panel(metrics: Sequence[Sequence[Lines]], axis: str, *, hidden: bool) -> Markup:
    charts = []
    for quantity in _QUANTITIES:
        curves = [_curve(runs, quantity, axis, style) for style, runs in enumerate(metrics)]
        title = quantity.replace("_", " ")
        charts.append(
            plot(
                [curve for curve in curves if curve.middle],
                title,
                _AXES[axis],
                may_be_log=quantity.endswith("loss"),
            )
        )
    return element("div", *charts, class_="charts", data_panel=axis, hidden=hidden)


def _curve(runs: Sequence[Lines], quantity: str, axis: str, style: int) -> Curve:
    by_epoch: dict[int, list[Mapping[str, Any]]] = {}
    for lines in runs:
        for line in lines:
            if is_finite_number(line.get(quantity)) and is_finite_number(line.get(axis)):
                by_epoch.setdefault(line["epoch"], []).append(line)
    middle, band = [], []
    for epoch in evenly_chosen(sorted(by_epoch), _POINTS) if by_epoch else ():
        values = [float(line[quantity]) for line in by_epoch[epoch]]
        middle.append((fmean(float(line[axis]) for line in by_epoch[epoch]), fmean(values)))
        band.append((min(values), max(values)))
    return Curve(style, middle, band if len(runs) > 1 else ())
