"""One convolution of one image in plain numbers, written as it is taught."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from convlab.contracts.sample import LayerActivity, Sample
from convlab.inspect.mosaic import Array
from convlab.kernels.arguments import ConvGeometry, conv_geometry
from convlab.layers import Conv2D


def convolutions(sample: Sample) -> dict[str, LayerActivity]:
    """The layers of a sample that are convolutions, by name."""
    return {name: item for name, item in sample.layers.items() if isinstance(item.layer, Conv2D)}


def options_of(activity: LayerActivity) -> dict[str, Any]:
    """Stride, padding, dilation and groups of a convolution, as `convlab.kernels.conv2d` takes them."""
    assert isinstance(activity.layer, Conv2D)
    return activity.layer.geometry


@dataclass(frozen=True)
class Convolution:
    """The numbers of one convolution for one image, in float64.

    Attributes:
        image: what the layer is given, (H, W, C).
        weight: (K, R, S, C/groups).
        bias: (K,), zeros where the layer has none.
        geometry: stride, padding, dilation and groups, in numbers.

    Example:
        >>> x, w = np.arange(16.0).reshape(1, 4, 4, 1), np.array([[[[1.0], [0.0]], [[0.0], [-1.0]]]])
        >>> geometry = conv_geometry("example", x.shape, w.shape, 1, 0, 1, 1)
        >>> convolution = Convolution(x[0], w, np.zeros(1), geometry)
        >>> convolution.window(1, 2, 0)[:, :, 0].tolist()
        [[6.0, 7.0], [10.0, 11.0]]
        >>> convolution.sums(0).tolist()[0]
        [-5.0, -5.0, -5.0]
    """

    image: Array
    weight: Array
    bias: Array
    geometry: ConvGeometry

    @classmethod
    def of(cls, activity: LayerActivity, number: int) -> "Convolution":
        """The convolution that a layer computed for one image of a sample.

        Args:
            activity: one of `convolutions`.
            number: of the image in the sample.
        """
        weight, bias = activity.parameters["weight"], activity.parameters.get("bias")
        return cls(
            activity.input[number].astype(np.float64),
            weight.value.astype(np.float64),
            np.zeros(len(weight.value)) if bias is None else bias.value.astype(np.float64),
            conv_geometry("explain", activity.input[:1].shape, weight.shape, **options_of(activity)),
        )

    @property
    def padded(self) -> Array:
        """The image with its zeros at the edges, (H + top + bottom, W + left + right, C)."""
        g = self.geometry
        return np.pad(self.image, ((g.pad_top, g.pad_bottom), (g.pad_left, g.pad_right), (0, 0)))

    def channels(self, number: int) -> slice:
        """The input channels that a filter looks at: all of them, or those of its group."""
        each = self.weight.shape[3]
        group = number // (len(self.weight) // self.geometry.groups)
        return slice(group * each, (group + 1) * each)

    def windows(self, number: int) -> Array:
        """All that a filter sees, place by place, (out_h, out_w, R, S, C/groups)."""
        g = self.geometry
        size = (g.dilation[0] * (g.r - 1) + 1, g.dilation[1] * (g.s - 1) + 1)
        seen = np.lib.stride_tricks.sliding_window_view(
            self.padded[:, :, self.channels(number)], size, axis=(0, 1)
        )
        chosen: Array = seen[:: g.stride[0], :: g.stride[1], :, :: g.dilation[0], :: g.dilation[1]].transpose(
            0, 1, 3, 4, 2
        )
        return chosen

    def window(self, row: int, column: int, number: int) -> Array:
        """What a filter sees where it computes the place (row, column) of its map, (R, S, C/groups)."""
        chosen: Array = self.windows(number)[row, column]
        return chosen

    def position(self, row: int, column: int) -> tuple[int, int]:
        """Row and column of the image that the window's first value is from; negative in the padding."""
        g = self.geometry
        return row * g.stride[0] - g.pad_top, column * g.stride[1] - g.pad_left

    def sums(self, number: int) -> Array:
        """``z = sum of window * filter + bias`` at every place, (out_h, out_w)."""
        found: Array = np.tensordot(self.windows(number), self.weight[number], 3) + self.bias[number]
        return found
