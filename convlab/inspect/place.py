"""One place of one feature map, which an explanation is about."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from convlab.contracts.sample import LayerActivity
from convlab.errors import ConfigError
from convlab.inspect.convolution import Convolution
from convlab.inspect.mosaic import Array
from convlab.records.text import printable


@dataclass(frozen=True)
class Place:
    """A filter of a convolution, and a row and column of its feature map of one image.

    Attributes:
        activity: of the convolution.
        image: number of the image in the sample.
        filter: number of the filter.
        row: of the map, from 0.
        column: of the map, from 0.
    """

    activity: LayerActivity
    image: int
    filter: int
    row: int
    column: int

    @classmethod
    def choose(
        cls,
        activity: LayerActivity,
        image: int = 0,
        filter: int | None = None,
        at: tuple[int, int] | None = None,
    ) -> "Place":
        """Takes what is asked for; what is left open is where the weighted sum is largest.

        Args:
            activity: of a convolution.
            image: number of the image in the sample.
            filter: 0 to K - 1, or None.
            at: row and column of the feature map, or None.

        Raises:
            ConfigError: if the layer has no such filter, or its map no such place.
        """
        sums = activity.before[image]
        height, width, filters = sums.shape
        name = printable(activity.layer.name, 40)
        if filter is not None and not 0 <= filter < filters:
            raise ConfigError(f"{name} has the filters 0 to {filters - 1}, got {filter}")
        if at is not None and not (0 <= at[0] < height and 0 <= at[1] < width):
            raise ConfigError(
                f"the feature maps of {name} have rows 0 to {height - 1} and columns 0 to {width - 1}, "
                f"got {at[0]},{at[1]}"
            )
        rows = slice(None) if at is None else slice(at[0], at[0] + 1)
        columns = slice(None) if at is None else slice(at[1], at[1] + 1)
        maps = slice(None) if filter is None else slice(filter, filter + 1)
        candidates = sums[rows, columns, maps]
        found = np.unravel_index(candidates.argmax(), candidates.shape)
        starts = (0, 0) if at is None else at
        return cls(
            activity,
            image,
            int(found[2]) + (filter or 0),
            starts[0] + int(found[0]),
            starts[1] + int(found[1]),
        )

    @property
    def name(self) -> str:
        """Of the layer, safe to show."""
        return printable(self.activity.layer.name, 40)

    @cached_property
    def convolution(self) -> Convolution:
        """The convolution that the layer computed for this image."""
        return Convolution.of(self.activity, self.image)

    @property
    def window(self) -> Array:
        """What the filter sees here, (R, S, C/groups)."""
        return self.convolution.window(self.row, self.column, self.filter)

    @property
    def weight(self) -> Array:
        """The filter, (R, S, C/groups)."""
        chosen: Array = self.convolution.weight[self.filter]
        return chosen

    @property
    def products(self) -> Array:
        """Window times filter, value by value, (R, S, C/groups); with the bias they add up to z."""
        return self.window * self.weight

    @cached_property
    def magnitude(self) -> float:
        """The largest sum of absolute values over all places of the filter's map; see `rounding`."""
        windows, weight = np.abs(self.convolution.windows(self.filter)), np.abs(self.weight)
        return float(np.tensordot(windows, weight, 3).max() + abs(self.bias))

    @property
    def core_sum(self) -> float:
        """The compiled core's z."""
        return float(self.activity.before[self.image, self.row, self.column, self.filter])

    @property
    def core_output(self) -> float:
        """The compiled core's f(z)."""
        return float(self.activity.output[self.image, self.row, self.column, self.filter])

    def strongest_channels(self, most: int) -> list[int]:
        """The channels of the window whose products add up to most, in their order, counted in the filter."""
        contributions = np.abs(self.products.sum(axis=(0, 1)))
        return sorted(np.argsort(-contributions, kind="stable")[:most].tolist())

    @property
    def first_channel(self) -> int:
        """The channel of the input that the filter's first one is; 0 without groups."""
        return int(self.convolution.channels(self.filter).start)

    @property
    def bias(self) -> float:
        """The filter's bias."""
        return float(self.convolution.bias[self.filter])

    @property
    def gradient(self) -> Array | None:
        """Of the loss with respect to the weighted sums of this image, (out_h, out_w, K), float64."""
        gradient = self.activity.gradient
        return None if gradient is None else gradient[self.image].astype(np.float64)
