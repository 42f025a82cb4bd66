"""What the layers make of sample images."""

import numpy as np
from PIL import Image

from convlab.compare import Row
from convlab.errors import RecordError
from convlab.inspect.feature_maps import PROBE
from convlab.inspect.mosaic import Array
from convlab.inspect.picture import evenly_chosen
from convlab.records.run_directory import RunDirectory
from convlab.records.text import printable
from convlab.report.layout import best_of, folded, missing, note, section
from convlab.report.markup import Markup, element
from convlab.report.material import Material
from convlab.report.pixels import Budget, arranged, colored, shades, shrunk

_ARMS, _LAYERS, _IMAGES, _MAPS = 6, 4, 3, 8
_BYTES = 500_000


def section_of(name: str, material: Material) -> Markup:
    """For each of the best arms the maps of its representative run, the best one's unfolded."""
    budget = Budget(_BYTES)
    arms: list[Markup] = []
    for row, run in material.representatives(_ARMS):
        arm = _arm(row, run, budget, unfolded=not arms)
        if arm is not None:
            arms.append(arm)
    if not arms:
        return section(name, "Feature maps", missing("No run kept feature maps", PROBE))
    some = best_of(len(arms), len(material.comparison.scored))
    return section(
        name,
        "Feature maps of sample images",
        note(
            "One line for each image, one column for each map, after training; red is positive, blue "
            f"negative, full color the largest value of the layer.{some}"
        ),
        *arms,
    )


def _arm(row: Row, run: RunDirectory, budget: Budget, *, unfolded: bool) -> Markup | None:
    kept = list(run.probe_epochs(PROBE))
    if not kept:
        return None
    try:
        arrays = run.read_probe(PROBE, kept[-1])
    except RecordError:
        return None
    images, maps = arrays.pop("images", None), {key: array for key, array in arrays.items() if _fits(array)}
    chosen = evenly_chosen(list(maps), _LAYERS)
    pictures = [_maps(printable(layer, 40), maps[layer], budget) for layer in chosen]
    if not pictures or None in pictures:
        return None
    first = _images(images, budget) if images is not None and _are_images(images) else None
    return folded(row.label, element("div", first, *pictures, class_="maps-of-layers"), unfolded=unfolded)


def _fits(array: Array) -> bool:
    return array.ndim == 4 and array.size > 0 and array.dtype.kind == "f"


def _are_images(array: Array) -> bool:
    return array.ndim == 4 and array.size > 0 and array.dtype == np.uint8


def _images(images: Array, budget: Budget) -> Markup | None:
    shown = shrunk(images[:_IMAGES]) / 255.0
    pixels = shown if shown.shape[3] == 3 else shown[..., :1].repeat(3, axis=3)
    lines = [[image] for image in pixels]
    return _figure(colored(arranged(lines, _pixels(shown))), "the images", budget)


def _maps(layer: str, maps: Array, budget: Budget) -> Markup | None:
    shown = shrunk(maps[:_IMAGES, :, :, :_MAPS].astype(np.float64))
    limit = float(np.max(np.abs(shown), where=np.isfinite(shown), initial=0.0)) or 1.0
    shown = np.where(np.isfinite(shown), shown, np.nan) / limit
    lines = [[image[:, :, place] for place in range(image.shape[2])] for image in shown]
    height, width, count = maps.shape[1:]
    some = f" (first {_MAPS})" if count > _MAPS else ""
    caption = f"{layer}: {count} maps{some} of {height}×{width}, up to {limit:.2g}"
    return _figure(shades(arranged(lines, _pixels(shown))), caption, budget)


def _pixels(maps: Array) -> int:
    """Stored pixels for each value, so that a map is about 24 wide and 48 in the page."""
    return max(1, 24 // int(max(maps.shape[1:3])))


def _figure(image: Image.Image, caption: str, budget: Budget) -> Markup | None:
    picture = budget.picture(image, scale=2, title=caption)
    return None if picture is None else element("figure", picture, element("figcaption", caption))
