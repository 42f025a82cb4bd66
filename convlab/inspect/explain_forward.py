"""One window of a convolution, step by step from the input to the output, in words and numbers."""

from collections.abc import Iterable

import numpy as np
from rich.text import Text

from convlab.contracts.activation import Activation
from convlab.inspect.grid import beside, number, titled
from convlab.inspect.likeness import likeness
from convlab.inspect.mosaic import Array
from convlab.inspect.page import Page
from convlab.inspect.place import Place

SHOWN_CHANNELS = 3


def explain_forward(place: Place) -> Iterable[Text]:
    """Window, filter, product, sum, bias and activation, checked against the compiled core.

    Args:
        place: what is explained.

    Returns:
        Lines of text.
    """
    page, products = Page(), place.products
    shown = place.strongest_channels(SHOWN_CHANNELS)
    page.heading("FORWARD: what the filter sees, and what it answers")
    _say_where(page, place)
    for channel in shown:
        parts = [titled(title, array[:, :, channel]) for title, array in _parts(place, channel, products)]
        page.lines(beside(parts, ["×", "="]))
    if len(shown) < products.shape[2]:
        page.say(f"... and alike for the other {products.shape[2] - len(shown)} channels.")
    z = write_weighted_sum(page, place, f"sum of the {products.size:,} products")
    activation = place.activity.activation
    if activation is None:
        page.say("No activation follows in this layer: the output is z itself.")
    else:
        output = value_of(activation, z, place.convolution.geometry.k, place.filter)
        page.sum_line(f"{_name(activation)}(z), the output", output)
        page.check_line("  compiled core", output, place.core_output, place.magnitude)
    return page.text


def explain_likeness(place: Place) -> Iterable[Text]:
    """How alike filter and window are, and which window of the image excites the filter most.

    Args:
        place: what is explained.

    Returns:
        Lines of text.
    """
    page, weight = Page(), place.weight
    found = likeness(place.convolution, place.filter)
    page.heading("HOW ALIKE are the filter and what it sees?")
    page.say(
        "sum of products = length of the window × length of the filter × cosine of the angle between them"
    )
    page.sum_line("length of the window", float(np.linalg.norm(place.window)))
    page.sum_line("length of the filter", float(np.linalg.norm(weight)))
    page.sum_line("cosine similarity", float(found.cosines[place.row, place.column]))
    page.say(
        "A cosine of 1 is the same pattern, 0 an unrelated one, -1 the same with light and dark exchanged."
    )
    page.say(f"Of the {found.sums.size:,} windows of this image,")
    for what, (row, column) in (
        ("excites the filter most", found.most_exciting),
        ("is most like it", found.most_alike),
        ("excites it least", found.least_exciting),
    ):
        z, cosine = found.sums[row, column], found.cosines[row, column]
        page.say(f"  the one at {row},{column} {what}: z {number(z)}, cosine {cosine:.3f}")
    if found.most_exciting != (place.row, place.column):
        channel = place.strongest_channels(1)[0]
        window = place.convolution.window(*found.most_exciting, place.filter)
        parts = [("the most exciting window", window), (f"filter {place.filter}", weight)]
        of = _of_channel(place, channel)
        page.text += beside([titled(title + of, array[:, :, channel]) for title, array in parts], [" "])
    return page.text


def write_weighted_sum(page: Page, place: Place, label: str) -> float:
    """Writes the sum of the products, the bias, and z beside the compiled core's; returns z.

    Args:
        page: where to.
        place: what is explained.
        label: what the sum of the products is called.
    """
    total = float(place.products.sum())
    z = total + place.bias
    page.sum_line(label, total)
    has_bias = "bias" in place.activity.parameters
    page.sum_line(f"+ bias of filter {place.filter}" if has_bias else "+ no bias in this layer", place.bias)
    page.sum_line("= weighted sum z", z)
    page.check_line("  compiled core", z, place.core_sum, place.magnitude)
    return z


def value_of(activation: Activation, z: float, channels: int, channel: int) -> float:
    """f(z) in one of so many channels, in float64: an activation may have learned a function for each."""
    output = np.empty(channels)
    activation.value(np.full(channels, z), output)
    return float(output[channel])


def _name(activation: Activation) -> str:
    return activation.native or type(activation).__name__.lower()


def _say_where(page: Page, place: Place) -> None:
    g = place.convolution.geometry
    top, left = place.convolution.position(place.row, place.column)
    bottom, right = top + g.dilation[0] * (g.r - 1), left + g.dilation[1] * (g.s - 1)
    page.say(
        f"The window is rows {top} to {bottom} and columns {left} to {right} of what the layer is given."
    )
    if min(top, left) < 0 or bottom >= g.h or right >= g.w:
        page.say(f"What lies outside of the {g.h}×{g.w} values is padding: zeros.")


def _parts(place: Place, channel: int, products: Array) -> list[tuple[str, Array]]:
    of = _of_channel(place, channel)
    return [
        (f"window{of}", place.window),
        (f"filter {place.filter}{of}", place.weight),
        ("products", products),
    ]


def _of_channel(place: Place, channel: int) -> str:
    return f", channel {place.first_channel + channel}" if place.convolution.geometry.c > 1 else ""
