"""The health of the layers, as the probe ``layer_health`` kept it, in lines for the terminal."""

from collections.abc import Callable, Mapping

from convlab.contracts.parameter import Array
from convlab.errors import RecordError
from convlab.records.run_directory import RunDirectory
from convlab.records.text import printable

PROBE = "layer_health"
Health = dict[str, dict[str, float]]


def _number(value: float) -> str:
    return f"{value:.3g}"


def _share(value: float) -> str:
    return f"{value:.1%}"


# heading, quantity, how it is written
_COLUMNS: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("forward variance", "forward_variance", _number),
    ("in theory", "predicted_forward_variance", _number),
    ("backward variance", "backward_variance", _number),
    ("dead", "dead_share", _share),
    ("saturated", "saturated_share", _share),
    ("|dw|/|w|", "gradient_to_weight", _number),
    ("|w|", "weight_norm", _number),
)
_NOTHING = "·"


def read_health(run: RunDirectory, epoch: int) -> Health:
    """The quantities of every layer after an epoch.

    Args:
        run: a run with the probe ``layer_health``.
        epoch: epochs done.

    Returns:
        Numbers by layer and quantity; whatever else is in the file is passed over.

    Raises:
        RecordError: if nothing was kept at this epoch, or it cannot be read.
    """
    found: Health = {}
    for key, array in run.read_probe(PROBE, epoch).items():
        layer, slash, quantity = key.rpartition("/")
        if slash and _is_number(array):
            found.setdefault(printable(layer, 40), {})[quantity] = float(array)
    return found


def health_table(run: RunDirectory) -> list[str]:
    """The health of the layers before training and after the last epoch that was kept.

    Args:
        run: a run with the probe ``layer_health``; it need not have finished.

    Returns:
        Lines: a heading, then one for every layer and epoch.

    Raises:
        RecordError: if the run kept no layer health, or it cannot be read.
    """
    kept = list(run.probe_epochs(PROBE))
    if not kept:
        raise RecordError(f"{run.path} kept no layer health: run it with probes=[layer_health]")
    moments = {epoch: read_health(run, epoch) for epoch in sorted({kept[0], kept[-1]})}
    rows = [["layer", "epoch", *(heading for heading, _, _ in _COLUMNS)]]
    for layer in dict.fromkeys(layer for health in moments.values() for layer in health):
        for epoch, health in moments.items():
            cells = _cells(health.get(layer, {}))
            rows.append([layer if epoch == kept[0] else "", str(epoch), *cells])
    return _aligned(rows)


def health_line(health: Mapping[str, Mapping[str, float]]) -> str:
    """The health of all layers in one line, for a look at every epoch.

    Example:
        >>> health_line({"conv1": {"forward_variance": 1.97, "backward_variance": 2e-7, "dead_share": 0.25}})
        'conv1 z 1.97 dz 2e-07 dead 25.0%'
    """
    short = {"z": "forward_variance", "dz": "backward_variance", "dead": "dead_share"}
    write = {quantity: written for _, quantity, written in _COLUMNS}
    parts = []
    for layer, found in health.items():
        shown = [f"{name} {write[key](found[key])}" for name, key in short.items() if key in found]
        parts.append(" ".join([layer, *shown]))
    return "  ".join(parts)


def _is_number(array: Array) -> bool:
    return array.ndim == 0 and array.dtype.kind in "fiu"


def _cells(found: Mapping[str, float]) -> list[str]:
    return [write(found[key]) if key in found else _NOTHING for _, key, write in _COLUMNS]


def _aligned(rows: list[list[str]]) -> list[str]:
    """Columns under their headings: the first to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
