"""How the health of the layers changed as the networks trained, arm by arm."""

from collections.abc import Sequence

from convlab.errors import RecordError
from convlab.inspect.health import PROBE, Health, read_health
from convlab.inspect.picture import evenly_chosen
from convlab.records.run_directory import RunDirectory
from convlab.report.layout import best_of, folded, note, section
from convlab.report.legend import legend
from convlab.report.markup import Markup, element
from convlab.report.material import Material
from convlab.report.plot import Curve, Point, plot

# title, quantity, whether its powers of ten count
_CHARTS = (
    ("forward variance", "forward_variance", True),
    ("backward variance", "backward_variance", True),
    ("share of dead units", "dead_share", False),
    ("share of saturated units", "saturated_share", False),
    ("gradient over weight", "gradient_to_weight", True),
    ("norm of the weights", "weight_norm", True),
)
_EXPECTED = "predicted_forward_variance"
_ARMS, _LAYERS, _EPOCHS = 6, 7, 20

History = dict[int, Health]


def section_of(name: str, material: Material) -> Markup | None:
    """Charts over the epochs with a line for each layer; None where no run looked in between."""
    found = [(row.label, _read(run)) for row, run in material.representatives(_ARMS)]
    arms = [(label, history) for label, history in found if len(history) > 2]
    if not arms:
        return None
    all_layers = list(dict.fromkeys(layer for _, history in arms for layer in history[min(history)]))
    layers = evenly_chosen(all_layers, _LAYERS)
    fewer = f" {len(layers)} of {len(all_layers)} layers are shown." if len(layers) < len(all_layers) else ""
    return section(
        name,
        "Layers as they train",
        note(
            "Of the run with the median score, from before training to the end. Dashed is what theory "
            "expects of the forward variance before training. Click a name to hide a layer."
            f"{fewer}{best_of(len(arms), len(material.comparison.scored))}"
        ),
        legend(layers),
        *(
            folded(
                label,
                element("div", *_charts(history, layers), class_="charts small"),
                unfolded=place == 0,
            )
            for place, (label, history) in enumerate(arms)
        ),
    )


def _read(run: RunDirectory) -> History:
    """The health at up to twenty epochs; empty if the run kept none that can be read."""
    kept = list(run.probe_epochs(PROBE))
    try:
        return {epoch: read_health(run, epoch) for epoch in evenly_chosen(kept, _EPOCHS)} if kept else {}
    except RecordError:
        return {}


def _charts(history: History, layers: Sequence[str]) -> list[Markup | None]:
    charts = []
    for title, quantity, may_be_log in _CHARTS:
        curves = [Curve(style, _points(history, layer, quantity)) for style, layer in enumerate(layers)]
        if quantity == "forward_variance":
            curves += [
                Curve(style, _expected(history, layer), dashed=True) for style, layer in enumerate(layers)
            ]
        drawn = [curve for curve in curves if curve.middle]
        charts.append(plot(drawn, title, "epoch", may_be_log=may_be_log))
    return charts


def _points(history: History, layer: str, quantity: str) -> list[Point]:
    return [
        (epoch, health[layer][quantity])
        for epoch, health in history.items()
        if quantity in health.get(layer, {})
    ]


def _expected(history: History, layer: str) -> list[Point]:
    """What was predicted before training, across the whole chart."""
    predicted = _points(history, layer, _EXPECTED)[:1]
    return [(epoch, value) for _, value in predicted for epoch in (min(history), max(history))]
