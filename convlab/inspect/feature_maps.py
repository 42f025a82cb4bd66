"""What the layers make of a few images, as a picture."""

from pathlib import Path

import numpy as np

from convlab.errors import RecordError
from convlab.inspect.colors import GAP, diverging
from convlab.inspect.mosaic import TILE_PIXELS, Array, assembled
from convlab.inspect.picture import INK, evenly_chosen, new_figure, plain_text, save_figure
from convlab.records.run_directory import RunDirectory
from convlab.records.text import printable

PROBE = "feature_maps"
SHOWN_LAYERS, SHOWN_IMAGES, SHOWN_MAPS = 6, 4, 8
_WIDTH, _TITLE_HEIGHT, _LAYER_HEAD = 8.0, 0.5, 0.35


def draw_feature_maps(run: RunDirectory, path: Path) -> None:
    """Draws what the layers give for a few images, as it was kept last.

    Each layer has a block: at the left the images, and beside each image its feature maps, on one color scale
    for the layer that is symmetric around 0 (red above, blue below). At most six layers are drawn, evenly
    chosen from the first to the last.

    Args:
        run: a run with the probe ``feature_maps``; it need not have finished.
        path: the PNG file.

    Raises:
        MissingExtraError: if matplotlib is not installed.
        RecordError: if the run kept no feature maps or cannot be read, or `path` cannot be written.
    """
    kept = list(run.probe_epochs(PROBE))
    if not kept:
        raise RecordError(f"{run.path} kept no feature maps: run it with probes=[feature_maps]")
    images, maps = _checked(run, run.read_probe(PROBE, kept[-1]))
    chosen = evenly_chosen(list(maps), SHOWN_LAYERS)
    limits = {name: _largest(maps[name]) for name in chosen}
    tiles = [_tiled(images, maps[name] / limits[name]) for name in chosen]
    heights = [_WIDTH * tile.shape[0] / tile.shape[1] + _LAYER_HEAD for tile in tiles]
    figure = new_figure(_WIDTH, sum(heights) + _TITLE_HEIGHT)
    grid = figure.subplots(len(chosen), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, name, tile in zip(grid, chosen, tiles, strict=True):
        axes.imshow(tile, interpolation="nearest")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        height, width, count = maps[name].shape[1:]
        what = f"the image and {count} maps of {height}×{width}, full color is {limits[name]:.3g}"
        axes.set_title(f"{plain_text(name)}: {what}", fontsize=9, color=INK, loc="left")
    some = f" ({len(chosen)} of {len(maps)} layers)" if len(chosen) < len(maps) else ""
    when = f"after epoch {kept[-1]}" if kept[-1] else "before training"
    figure.suptitle(f"Feature maps {when}{some}", fontsize=12, color=INK)
    save_figure(figure, path)


def _checked(run: RunDirectory, kept: dict[str, Array]) -> tuple[Array, dict[str, Array]]:
    """The images, and the maps by layer, cut to what is drawn."""
    images = kept.pop("images", None)
    if images is None or images.ndim != 4 or images.dtype != np.uint8 or not images.size:
        found = None if images is None else f"{images.dtype} of shape {images.shape}"
        raise RecordError(f"{run.path}: feature maps should have images (N, H, W, C) of uint8, got {found}")
    for name, array in kept.items():
        if array.ndim != 4 or len(array) != len(images) or not array.size or array.dtype.kind != "f":
            raise RecordError(
                f"{run.path}: feature maps '{printable(name)}' should be ({len(images)}, H, W, K), "
                f"got {array.shape}"
            )
    if not kept:
        raise RecordError(f"{run.path} kept no feature maps: no layer of its model gives images")
    maps = {
        printable(name, 40): array[:SHOWN_IMAGES, :, :, :SHOWN_MAPS].astype(np.float64)
        for name, array in kept.items()
    }
    return images[:SHOWN_IMAGES], maps


def _largest(maps: Array) -> float:
    return float(np.max(np.abs(maps), where=np.isfinite(maps), initial=0.0)) or 1.0


def _tiled(images: Array, maps: Array) -> Array:
    """A line for each image: the image, then its maps, all of one size; (height, width, 3), uint8."""
    size = images.shape[1:3]
    factor = max(1, TILE_PIXELS // max(size))
    shape = (factor * size[0], factor * size[1])
    colors = diverging(np.where(np.isfinite(maps), maps, np.nan))
    lines = [
        [
            _resized(_colored(image), shape),
            *(_resized(colors[n, :, :, k], shape) for k in range(maps.shape[3])),
        ]
        for n, image in enumerate(images)
    ]
    return assembled(lines, gap=GAP).astype(np.uint8)


def _colored(image: Array) -> Array:
    """(H, W, 3); an image that has not three channels shows its first in gray."""
    return image if image.shape[2] == 3 else image[..., :1].repeat(3, axis=2)


def _resized(picture: Array, shape: tuple[int, int]) -> Array:
    """The nearest pixel at every place."""
    down, across = (np.arange(new) * old // new for new, old in zip(shape, picture.shape[:2], strict=True))
    resized: Array = picture[down[:, None], across[None, :]]
    return resized
