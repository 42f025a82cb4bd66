"""Why as many feature maps come out as there are filters, however many channels go in."""

from collections.abc import Iterable

import numpy as np
from rich.text import Text

from convlab.inspect.explain_forward import write_weighted_sum
from convlab.inspect.page import Page
from convlab.inspect.place import Place

SHOWN_CHANNELS = 8


def explain_channels(place: Place) -> Iterable[Text]:
    """Shows how the channels of the input are added up at one place of one feature map.

    Args:
        place: what is explained.

    Returns:
        Lines of text.
    """
    page, g = Page(), place.convolution.geometry
    each = place.weight.shape[2]
    page.heading(f"{_counted(g.c, 'channel')} in, {_counted(g.k, 'filter')}, {_counted(g.k, 'map')} out")
    of = f"each of its {each} channels" if each > 1 else "its one channel"
    page.say(f"A filter of {place.name} has a {g.r}×{g.s} kernel for {of}, so the weights are")
    page.say(f"{g.k} × {g.r} × {g.s} × {each} = {g.k * g.r * g.s * each:,}.")
    if g.groups > 1:
        page.say(f"The {g.c} channels are in {g.groups} groups, and a filter sees its own group only.")
    page.say(f"At row {place.row}, column {place.column} of the map of filter {place.filter}:")
    sums = place.products.sum(axis=(0, 1))
    shown = place.strongest_channels(SHOWN_CHANNELS)
    for channel in shown:
        number = place.first_channel + channel
        page.sum_line(f"  channel {number}: sum of {g.r * g.s} products", float(sums[channel]))
    if len(shown) < each:
        page.sum_line(f"  the other {each - len(shown)} channels", float(np.delete(sums, shown).sum()))
    write_weighted_sum(page, place, "all channels together")
    size = f"{g.out_h}×{g.out_w}×{g.k}"
    page.say(
        "One number for each place and filter: channels are added up, they make no maps of their own. So"
    )
    page.say(f"{_counted(g.k, 'filter')} make an output of {size}, and the layer behind is given")
    page.say(f"{_counted(g.k, 'channel')}: it sees features made of features.")
    return page.text


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
