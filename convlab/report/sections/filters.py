"""The filters before and after training, side by side, and the film of how they changed."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from convlab.compare import Row
from convlab.errors import RecordError
from convlab.inspect.kept_filters import PROBE, KeptFilters, read_filters
from convlab.inspect.mosaic import Array
from convlab.inspect.picture import evenly_chosen
from convlab.records.run_directory import RunDirectory
from convlab.report.film import film, film_tools
from convlab.report.layout import best_of, missing, note, section
from convlab.report.markup import Markup, element
from convlab.report.material import Material
from convlab.report.pixels import Budget, arranged, colored, shades

_ARMS, _LAYERS, _TILES, _INPUTS = 12, 3, 16, 6
_FRAMES, _SCALE = 12, 2
_BYTES, _FILM_BYTES = 400_000, 300_000


def section_of(name: str, material: Material) -> Markup:
    """For each arm the filters of its representative run."""
    budget, films = Budget(_BYTES), Budget(_FILM_BYTES)
    shown = [_arm(row, run, budget, films) for row, run in material.representatives(_ARMS)]
    arms = [arm for arm in shown if arm is not None]
    if not arms:
        return section(name, "Filters", missing("No run kept its filters", PROBE))
    some = best_of(len(arms), len(material.comparison.scored))
    moves = films.left < _FILM_BYTES
    how = "" if moves else " To see how they got there, keep them after every epoch: probes=all."
    return section(
        name,
        "Filters before and after training",
        note(
            "Of the run with the median score. Blue is negative, white 0, red positive, on one scale for "
            f"both sides; filters on red, green and blue are shown in color, with gray for 0.{some}{how}"
        ),
        film_tools() if moves else None,
        element("div", *arms, class_="cards"),
    )


def _arm(row: Row, run: RunDirectory, budget: Budget, films: Budget) -> Markup | None:
    try:
        epochs, layers = read_filters(run, lambda kept: evenly_chosen(kept, _FRAMES))
    except RecordError:
        return None
    pairs = [_layer(layer, epochs, budget, films) for layer in evenly_chosen(layers, _LAYERS)]
    if None in pairs:
        return None
    return element("article", element("h3", row.label), *pairs, class_="card")


def _layer(layer: KeptFilters, epochs: Sequence[int], budget: Budget, films: Budget) -> Markup | None:
    """The first and the last picture; the last one is a film if there is something and room to show."""
    shown = [_picture(weight, layer) for weight in layer.weights]
    figures = []
    for place in sorted({0, len(epochs) - 1}):
        when = f"after epoch {epochs[place]}" if epochs[place] else "before"
        title = f"filters of {layer.name} {when}"
        moving = film(shown, epochs, films, scale=_SCALE, title=title) if place > 1 else None
        picture = moving or budget.picture(shown[place], scale=_SCALE, title=title)
        if picture is None:
            return None
        figures.append(element("figure", picture, element("figcaption", when)))
    return element(
        "div", element("p", _caption(layer), class_="layer"), element("div", *figures, class_="pair")
    )


def _picture(weight: Array, layer: KeptFilters) -> Image.Image:
    shown = weight[:_TILES] / layer.limit
    # tiles of about 30 dots, or 15 where there are many, with gaps of two
    many = weight.shape[3] not in (1, 3)
    pixels = max(1, (8 if many else 15) // max(weight.shape[1:3]))
    if layer.is_color:
        tiles = np.where(np.isfinite(shown), 0.5 + shown / 2, np.nan)
        return colored(arranged(_lines(list(tiles), 8), pixels))
    if weight.shape[3] == 1:
        lines = _lines(list(shown[..., 0]), 8)
    else:
        lines = [list(channel) for channel in np.moveaxis(shown[..., :_INPUTS], 3, 0)]
    return shades(arranged(lines, pixels))


def _lines(tiles: list[Array], across: int) -> list[list[Array]]:
    return [tiles[start : start + across] for start in range(0, len(tiles), across)]


def _caption(layer: KeptFilters) -> str:
    before, after = layer.weights[0], layer.weights[-1]
    count, height, width, channels = before.shape
    norm = float(np.linalg.norm(before))
    moved = float(np.linalg.norm(after - before))
    if len(layer.weights) == 1:
        change = ""
    elif not norm:
        change = f", moved from 0 by {moved:.2g}" if moved else ", still 0"
    else:
        change = f", changed by {moved / norm:.0%} of its norm"
    some = f" (first {_TILES})" if count > _TILES else ""
    inputs = f"{channels} input{'' if channels == 1 else 's'}"
    if channels > _INPUTS:
        inputs += f" (first {_INPUTS}, downward)"
    return f"{layer.name}: {count} filters{some} of {height}×{width}, {inputs}{change}"
