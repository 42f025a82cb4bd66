"""How signals and gradients pass through the layers, arm by arm."""

from collections.abc import Mapping, Sequence

from convlab.errors import RecordError
from convlab.inspect.health import PROBE, Health, read_health
from convlab.records.run_directory import RunDirectory
from convlab.report.layout import folded, grid, missing, note, section
from convlab.report.legend import STYLES, legend
from convlab.report.markup import Markup, element
from convlab.report.material import Material
from convlab.report.plot import Curve, plot

_COLUMNS = (
    ("forward variance", "forward_variance", ".3g"),
    ("in theory", "predicted_forward_variance", ".3g"),
    ("backward variance", "backward_variance", ".3g"),
    ("dead", "dead_share", ".1%"),
    ("saturated", "saturated_share", ".1%"),
    ("|dw|/|w|", "gradient_to_weight", ".3g"),
    ("|w|", "weight_norm", ".3g"),
)
_CHARTS = (
    ("forward variance before training", "forward_variance", 0),
    ("backward variance before training", "backward_variance", 0),
    ("dead units at the end", "dead_share", -1),
    ("gradient over weight at the end", "gradient_to_weight", -1),
)

Moments = dict[int, Health]


def section_of(name: str, material: Material) -> Markup:
    """Charts across the layers, and each number, of every arm's representative run."""
    found = [(row.label, _read(run)) for row, run in material.representatives(STYLES)]
    arms = [(label, moments) for label, moments in found if moments]
    if not arms:
        return section(name, "Health of the layers", missing("No run kept the health of its layers", PROBE))
    return section(
        name,
        "Health of the layers",
        note(
            "Of the run with the median score. z is what an activation is applied to; its variance is "
            "forward, that of the loss's gradient with respect to z backward. Dashed is what mean field "
            "theory expects."
        ),
        legend([label for label, _ in arms]),
        element("div", *_charts([moments for _, moments in arms]), class_="charts"),
        *(folded(label, _table(moments)) for label, moments in arms),
    )


def _read(run: RunDirectory) -> Moments:
    """The health before training and at the end; empty if the run kept none that can be read."""
    kept = list(run.probe_epochs(PROBE))
    try:
        return {epoch: read_health(run, epoch) for epoch in sorted({kept[0], kept[-1]})} if kept else {}
    except RecordError:
        return {}


def _charts(arms: Sequence[Moments]) -> list[Markup | None]:
    """A chart for each quantity across the layers of the first arm, for all arms that have these layers."""
    layers = list(arms[0][min(arms[0])])
    alike = [(style, moments) for style, moments in enumerate(arms) if list(moments[min(moments)]) == layers]
    charts = []
    for title, quantity, place in _CHARTS:
        curves = []
        for style, moments in alike:
            health = list(moments.values())[place]
            curves.append(Curve(style, _points(health, layers, quantity)))
            if quantity == "forward_variance":
                expected = _points(health, layers, "predicted_forward_variance")
                curves.append(Curve(style, expected, dashed=True))
        drawn = [curve for curve in curves if curve.middle]
        charts.append(plot(drawn, title, "layer", x_names=layers, may_be_log=quantity != "dead_share"))
    return charts


def _points(
    health: Mapping[str, Mapping[str, float]], layers: Sequence[str], quantity: str
) -> list[tuple[float, float]]:
    return [
        (place, health[layer][quantity])
        for place, layer in enumerate(layers)
        if quantity in health.get(layer, {})
    ]


def _table(moments: Moments) -> Markup:
    rows = [
        [layer, epoch, *(_cell(health[layer], quantity, form) for _, quantity, form in _COLUMNS)]
        for layer in dict.fromkeys(layer for health in moments.values() for layer in health)
        for epoch, health in moments.items()
        if layer in health
    ]
    return grid(("layer", "epoch", *(heading for heading, _, _ in _COLUMNS)), rows)


def _cell(found: Mapping[str, float], quantity: str, form: str) -> str:
    return format(found[quantity], form) if quantity in found else "–"
