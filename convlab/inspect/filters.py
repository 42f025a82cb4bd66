"""The filters of the convolutions before and after training, as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from convlab.inspect.kept_filters import KeptFilters, read_filters
from convlab.inspect.mosaic import SHOWN_CHANNELS, SHOWN_FILTERS, SHOWN_TILES, Array, mosaic
from convlab.inspect.picture import INK, evenly_chosen, new_figure, plain_text, save_figure
from convlab.records.run_directory import RunDirectory

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN_LAYERS = 6
_WIDTH, _TITLE_HEIGHT, _LAYER_HEAD = 11.0, 0.5, 0.65
_NARROWEST, _TALLEST = 0.6, 4.5


def draw_filters(run: RunDirectory, path: Path) -> None:
    """Draws the filters of the convolutions as they were before training and as they are now.

    Each convolution has a row with one color scale for both sides, symmetric around 0. Filters with three
    input channels are drawn in color (gray is 0), others in one picture for each input channel. At most six
    convolutions are drawn, evenly chosen from the first to the last.

    Args:
        run: a run with the probe ``filters``; it need not have finished.
        path: the PNG file.

    Raises:
        MissingExtraError: if matplotlib is not installed.
        RecordError: if the run kept no filters or cannot be read, or `path` cannot be written.
    """
    epochs, layers = read_filters(run, _first_and_last)
    chosen = evenly_chosen(layers, SHOWN_LAYERS)
    side = _WIDTH / 2 - 0.6
    heights = [_mosaic_height(layer, side) + _LAYER_HEAD for layer in chosen]
    figure = new_figure(_WIDTH, sum(heights) + _TITLE_HEIGHT)
    grid = figure.subplots(len(chosen), len(epochs), squeeze=False, height_ratios=heights)
    for axes, layer in zip(grid, chosen, strict=True):
        _draw_layer(figure, list(axes), layer, epochs)
    count = f"{len(chosen)} of {len(layers)} convolutions" if len(chosen) < len(layers) else ""
    title = f"Filters before training and after epoch {epochs[-1]}" if len(epochs) > 1 else "Filters"
    figure.suptitle(f"{title} ({count})" if count else title, fontsize=12, color=INK)
    save_figure(figure, path)


def _first_and_last(epochs: Sequence[int]) -> Sequence[int]:
    return sorted({epochs[0], epochs[-1]})


def _mosaic_height(layer: KeptFilters, side: float) -> float:
    """Height in inches of a mosaic that is `side` wide."""
    height, width = mosaic(layer.weights[0], 1.0, color=layer.is_color).shape[:2]
    return min(max(side * int(height) / int(width), _NARROWEST), _TALLEST)


def _draw_layer(figure: "Figure", row: "list[Axes]", layer: KeptFilters, epochs: list[int]) -> None:
    limit = layer.limit
    images: list[Any] = []
    for axes, weight, epoch in zip(row, layer.weights, epochs, strict=True):
        tiles = mosaic(weight, limit, color=layer.is_color)
        if layer.is_color:
            images.append(axes.imshow(tiles, interpolation="nearest"))
        else:
            images.append(axes.imshow(tiles, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest"))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        _label(axes, layer, weight, epoch)
    if not layer.is_color:
        bar = figure.colorbar(images[-1], ax=row, fraction=0.04, pad=0.01, aspect=15, shrink=0.85)
        bar.set_ticks([-limit, 0.0, limit], labels=[f"{-limit:.2g}", "0", f"{limit:.2g}"])
        bar.ax.tick_params(labelsize=8, colors=INK)
        bar.outline.set_visible(False)


def _label(axes: "Axes", layer: KeptFilters, weight: Array, epoch: int) -> None:
    filters, height, width, channels = weight.shape
    if epoch == 0:
        when = "before training"
    else:
        change = np.linalg.norm(weight - layer.weights[0]) / (np.linalg.norm(layer.weights[0]) or 1.0)
        changed = f"changed by {change:.0%} of its norm" if change else "unchanged"
        when = f"after epoch {epoch}, {changed}"
    size = f"{filters} filters {height}×{width}, {channels} input channel{'s' if channels > 1 else ''}"
    axes.set_title(f"{plain_text(layer.name)}, {when}\n{size}", fontsize=9, color=INK, loc="left")
    some = f"first {SHOWN_TILES} filters" if filters > SHOWN_TILES else "filters"
    if layer.is_color:
        axes.set_xlabel(f"{some}; weights of red, green and blue as color, 0 is gray", fontsize=8, color=INK)
    elif channels == 1:
        axes.set_xlabel(some, fontsize=8, color=INK)
    else:
        shown = f"first {SHOWN_FILTERS} filters" if filters > SHOWN_FILTERS else "filters"
        inputs = f"first {SHOWN_CHANNELS} inputs" if channels > SHOWN_CHANNELS else "inputs"
        axes.set_xlabel(f"{shown} →", fontsize=8, color=INK)
        axes.set_ylabel(f"← {inputs}", fontsize=8, color=INK)
