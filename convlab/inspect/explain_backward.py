"""How the loss reaches one filter and one value of the input, in words and numbers."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from rich.text import Text

from convlab import kernels
from convlab.inspect.backward import gradient_around, input_gradient, rotated, weight_gradient
from convlab.inspect.convolution import Convolution, options_of
from convlab.inspect.grid import beside, number, titled
from convlab.inspect.mosaic import Array
from convlab.inspect.page import Page
from convlab.inspect.place import Place
from convlab.inspect.rounding import roundings

SHOWN_SIDE, SHOWN_TERMS = 9, 3


def explain_weight_gradient(place: Place) -> Iterable[Text]:
    """The gradient at the filter's feature map, and the filter's own: the correlation of the input with it.

    Args:
        place: what is explained; a gradient must reach its layer.

    Returns:
        Lines of text.
    """
    page, convolution = Page(), place.convolution
    gradient = _gradient(place)
    own = gradient[:, :, place.filter]
    page.heading("BACKWARD, TO THE FILTER: how its weights should change")
    page.say("dz says how the loss changes with each weighted sum z of this filter: what comes back from the")
    page.say("layers behind, times the slope of the activation at z.")
    page.lines(beside([_cut("dz of filter " + str(place.filter), own, place.row, place.column)], []))
    found = weight_gradient(convolution, own, place.filter)
    row, column, channel = (int(i) for i in np.unravel_index(np.abs(found).argmax(), found.shape))
    page.say("The gradient of a weight is the sum over all places of: what lay under the weight × dz there.")
    _print_terms(page, place, own, (row, column, channel))
    title = f"dw of filter {place.filter}"
    if convolution.geometry.c > 1:
        title += f", channel {place.first_channel + channel}"
    page.lines(beside([titled(title, found[:, :, channel], [(row, column)])], []))
    core, core_bias = _core_weight_gradient(place)
    magnitude = weight_gradient(_absolute(convolution), np.abs(own), place.filter)
    page.whole_check(
        f"compiled core, all {found.size:,} weights of the filter", roundings(found, core, magnitude)
    )
    if "bias" in place.activity.parameters:
        page.sum_line("db = sum of dz over all places", float(own.sum()))
        page.check_line("  compiled core", float(own.sum()), core_bias, float(np.abs(own).sum()))
    return page.text


def explain_input_gradient(place: Place) -> Iterable[Text]:
    """The full convolution of the gradient with the rotated kernels, at one value of the input.

    Args:
        place: what is explained; a gradient must reach its layer.

    Returns:
        Lines of text.
    """
    page, convolution = Page(), place.convolution
    g, gradient = convolution.geometry, _gradient(place)
    row, column = _middle_of_window(place)
    within = place.strongest_channels(1)[0]
    channel = place.first_channel + within
    around = gradient_around(convolution, gradient, row, column)
    turned = rotated(convolution.weight)[place.filter, :, :, within]
    products = around[:, :, place.filter] * turned
    page.heading("BACKWARD, TO THE INPUT: a full convolution with the kernel rotated by 180 degrees")
    value = f"row {row}, column {column}" + (f", channel {channel}" if g.c > 1 else "")
    page.say(f"The input at {value} lay in up to {g.r * g.s} windows, each time under another weight: in the")
    page.say(
        "window that begins there under the first weight, in the one that ends there under the last. So what"
    )
    page.say("comes back is dz around it times the kernel, turned round.")
    if max(g.stride) > 1:
        page.say("The stride leaves zeros between the values of dz.")
    parts = [
        ("dz around it", around[:, :, place.filter]),
        ("kernel, rotated", turned),
        ("products", products),
    ]
    page.lines(beside([titled(title, array) for title, array in parts], ["×", "="]))
    page.sum_line(f"sum, through filter {place.filter}", float(products.sum()))
    found = input_gradient(convolution, gradient)
    each = g.k // g.groups
    page.sum_line(f"all {each} filters that see it: dx", float(found[row, column, channel]))
    core = _core_input_gradient(place)
    magnitude = input_gradient(_absolute(convolution), np.abs(gradient))
    at = (row, column, channel)
    page.check_line("  compiled core", float(found[at]), core[at], float(magnitude.max()))
    page.whole_check(f"compiled core, all {g.h}×{g.w}×{g.c} values", roundings(found, core, magnitude))
    return page.text


def _gradient(place: Place) -> Array:
    gradient = place.gradient
    assert gradient is not None
    return gradient


def _cut(title: str, values: Array, row: int, column: int) -> list[Text]:
    """A map around a place, if it is too large to show."""
    height, width = values.shape
    top = max(0, min(row - SHOWN_SIDE // 2, height - SHOWN_SIDE))
    left = max(0, min(column - SHOWN_SIDE // 2, width - SHOWN_SIDE))
    shown = values[top : top + SHOWN_SIDE, left : left + SHOWN_SIDE]
    if shown.shape != values.shape:
        title += f", rows {top} to {top + len(shown) - 1}, columns {left} to {left + shown.shape[1] - 1}"
    return titled(title, shown, [(row - top, column - left)])


def _print_terms(page: Page, place: Place, own: Array, weight: tuple[int, int, int]) -> None:
    """The largest summands of one weight's gradient."""
    terms = place.convolution.windows(place.filter)[:, :, *weight] * own
    order = np.argsort(-np.abs(terms), axis=None, kind="stable")[:SHOWN_TERMS]
    page.say(
        f"For the weight at row {weight[0]}, column {weight[1]}, the largest of the {terms.size:,} summands:"
    )
    for row, column in zip(*np.unravel_index(order, terms.shape), strict=True):
        if not terms[row, column]:
            continue
        under = place.convolution.window(int(row), int(column), place.filter)[weight]
        dz = own[row, column]
        page.sum_line(f"  at {row},{column}: {number(under)} × {number(dz)}", float(terms[row, column]))
    page.sum_line(f"all {terms.size:,} together: dw", float(terms.sum()))


def _middle_of_window(place: Place) -> tuple[int, int]:
    """The value of the input in the middle of the window, or the nearest to it inside the image."""
    g = place.convolution.geometry
    top, left = place.convolution.position(place.row, place.column)
    row, column = top + g.dilation[0] * (g.r // 2), left + g.dilation[1] * (g.s // 2)
    return min(max(row, 0), g.h - 1), min(max(column, 0), g.w - 1)


def _absolute(convolution: Convolution) -> Convolution:
    """The convolution of absolute values, whose sums tell how large the summands were."""
    return Convolution(
        np.abs(convolution.image), np.abs(convolution.weight), convolution.bias, convolution.geometry
    )


def _core_arguments(place: Place) -> tuple[Array, Array, Array, dict[str, Any]]:
    activity, one = place.activity, slice(place.image, place.image + 1)
    assert activity.gradient is not None
    weight = activity.parameters["weight"].value
    return activity.input[one], weight, activity.gradient[one], options_of(activity)


def _core_weight_gradient(place: Place) -> tuple[Array, float]:
    x, weight, gradient, geometry = _core_arguments(place)
    slope, bias = kernels.conv2d_backward_weight(x, gradient, weight.shape, **geometry)
    return slope[place.filter], float(bias[place.filter])


def _core_input_gradient(place: Place) -> Array:
    x, weight, gradient, geometry = _core_arguments(place)
    found: Array = kernels.conv2d_backward_input(gradient, weight, x.shape, **geometry)[0]
    return found
