"""How a gradient passes back through a convolution, written as it is taught.

With g the gradient of the loss with respect to the weighted sums of one image:

- to a weight: the correlation of the input with g;
- to the input: the full convolution of g with the kernels, which slides the kernels rotated by 180 degrees
  over g. Where the convolution has a stride, zeros stand between the values of g.
"""

import numpy as np

from convlab.inspect.convolution import Convolution
from convlab.inspect.mosaic import Array


def weight_gradient(convolution: Convolution, gradient: Array, number: int) -> Array:
    """The gradient of one filter: ``dw[i,j,c] = sum over places of window[i,j,c] * g``.

    Args:
        convolution: of one image.
        gradient: g of this filter, (out_h, out_w).
        number: of the filter.

    Returns:
        (R, S, C/groups).

    Example:
        >>> from convlab.kernels.arguments import conv_geometry
        >>> geometry = conv_geometry("example", (1, 3, 3, 1), (1, 2, 2, 1), 1, 0, 1, 1)
        >>> x = np.arange(9.0).reshape(3, 3, 1)
        >>> convolution = Convolution(x, np.ones((1, 2, 2, 1)), np.zeros(1), geometry)
        >>> weight_gradient(convolution, np.array([[1.0, 0.0], [0.0, 1.0]]), 0)[:, :, 0].tolist()
        [[4.0, 6.0], [10.0, 12.0]]
    """
    found: Array = np.tensordot(gradient, convolution.windows(number), 2)
    return found


def spread_gradient(convolution: Convolution, gradient: Array) -> Array:
    """The gradient as the full convolution sees it: zeros between its values for the stride, and around it.

    Args:
        convolution: of one image.
        gradient: g of all filters, (out_h, out_w, K).

    Returns:
        (H + top + bottom + reach, W + left + right + reach, K) with reach = dilation * (R - 1), or (S - 1):
        the R x S window at a place of the padded image, in steps of the dilation, holds what reaches it.
    """
    g = convolution.geometry
    reach = (g.dilation[0] * (g.r - 1), g.dilation[1] * (g.s - 1))
    height = g.h + g.pad_top + g.pad_bottom + reach[0]
    width = g.w + g.pad_left + g.pad_right + reach[1]
    spread = np.zeros((height, width, g.k))
    rows, columns = (np.arange(g.out_h) * g.stride[0], np.arange(g.out_w) * g.stride[1])
    spread[reach[0] + rows[:, None], reach[1] + columns[None, :]] = gradient
    return spread


def rotated(weight: Array) -> Array:
    """Kernels (K, R, S, C) turned by 180 degrees.

    Example:
        >>> rotated(np.arange(4.0).reshape(1, 2, 2, 1))[0, :, :, 0].tolist()
        [[3.0, 2.0], [1.0, 0.0]]
    """
    return weight[:, ::-1, ::-1]


def gradient_around(convolution: Convolution, gradient: Array, row: int, column: int) -> Array:
    """The part of the gradient map that reaches one value of the input.

    Args:
        convolution: of one image.
        gradient: g of all filters, (out_h, out_w, K).
        row: of the input, 0 to H - 1; column alike.
        column: of the input.

    Returns:
        (R, S, K): times the rotated kernels, value by value, and summed, it is the gradient of the input.
    """
    g = convolution.geometry
    top, left = row + g.pad_top, column + g.pad_left
    found: Array = spread_gradient(convolution, gradient)[
        top : top + g.dilation[0] * (g.r - 1) + 1 : g.dilation[0],
        left : left + g.dilation[1] * (g.s - 1) + 1 : g.dilation[1],
    ]
    return found


def input_gradient(convolution: Convolution, gradient: Array) -> Array:
    """The gradient of the input, by the full convolution with the rotated kernels.

    ``dx[h,w,c] = sum over i,j,k of spread[h + i, w + j, k] * rotated(weight)[k,i,j,c]``

    Args:
        convolution: of one image.
        gradient: g of all filters, (out_h, out_w, K).

    Returns:
        (H, W, C).

    Example:
        >>> from convlab.kernels.arguments import conv_geometry
        >>> geometry = conv_geometry("example", (1, 3, 3, 1), (1, 2, 2, 1), 1, 0, 1, 1)
        >>> w = np.arange(4.0).reshape(1, 2, 2, 1)
        >>> convolution = Convolution(np.zeros((3, 3, 1)), w, np.zeros(1), geometry)
        >>> input_gradient(convolution, np.eye(2)[:, :, None])[:, :, 0].tolist()
        [[0.0, 1.0, 0.0], [2.0, 3.0, 1.0], [0.0, 2.0, 3.0]]

    References:
        Dumoulin, Visin: A guide to convolution arithmetic for deep learning, 2016, section 4.
    """
    g = convolution.geometry
    spread, turned = spread_gradient(convolution, gradient), rotated(convolution.weight)
    each = g.k // g.groups
    found = np.zeros((g.h, g.w, g.c))
    for group in range(g.groups):
        filters = slice(group * each, (group + 1) * each)
        channels = convolution.channels(group * each)
        for i in range(g.r):
            for j in range(g.s):
                top, left = g.pad_top + i * g.dilation[0], g.pad_left + j * g.dilation[1]
                part = spread[top : top + g.h, left : left + g.w, filters]
                found[:, :, channels] += part @ turned[filters, i, j]
    return found
