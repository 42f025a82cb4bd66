"""A film inside the page: all its frames one below the other, of which a window shows one."""

from collections.abc import Sequence

from PIL import Image

from convlab.report.markup import Markup, element
from convlab.report.pixels import Budget


def film(
    frames: Sequence[Image.Image], times: Sequence[int], budget: Budget, *, scale: int, title: str
) -> Markup | None:
    """A window on the last frame, which the script of the page moves, or None if there is no room for it.

    Args:
        frames: pictures of one size and palette, at least one.
        times: whole numbers that tell the frames, such as epochs.
        budget: what pictures may take.
        scale: by how much the browser enlarges them.
        title: what it shows, for those who hear it.
    """
    width, height = frames[0].size
    strip = frames[0].crop((0, 0, width, height * len(frames)))  # with its palette
    for place, frame in enumerate(frames):
        strip.paste(frame, (0, place * height))
    source = budget.source(strip)
    if source is None:
        return None
    last = len(frames) - 1
    image = element("image", href=source, width=width, height=height * len(frames), y=-last * height)
    return element(
        "svg",
        element("title", title),
        image,
        viewBox=f"0 0 {width} {height}",
        width=width * scale,
        height=height * scale,
        class_="film",
        role="img",
        data_times=" ".join(map(str, times)),
    )


def film_tools() -> Markup:
    """What plays all films of a section, or moves them by hand."""
    return element(
        "div",
        element("button", "Play", type="button", aria_pressed="false"),
        element(
            "label",
            "start",
            element("input", type="range", min="0", max="100", value="100", aria_label="moment of training"),
            "end",
        ),
        class_="tools films",
    )
