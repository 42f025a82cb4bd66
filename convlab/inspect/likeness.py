"""How alike a filter and what it sees are."""

from dataclasses import dataclass

import numpy as np

from convlab.inspect.convolution import Convolution
from convlab.inspect.mosaic import Array


@dataclass(frozen=True)
class Likeness:
    """A filter beside all windows of one image.

    A weighted sum is large where the window points in the filter's direction and where it is long:
    ``sum of window * filter = |window| |filter| cosine``.

    Attributes:
        sums: z at every place, (out_h, out_w).
        cosines: of the angle between window and filter, -1 to 1; 0 where one of them is all zeros.
    """

    sums: Array
    cosines: Array

    @property
    def most_exciting(self) -> tuple[int, int]:
        """Row and column of the largest z."""
        return _place(self.sums.argmax(), self.sums)

    @property
    def least_exciting(self) -> tuple[int, int]:
        """Row and column of the smallest z."""
        return _place(self.sums.argmin(), self.sums)

    @property
    def most_alike(self) -> tuple[int, int]:
        """Row and column of the largest cosine."""
        return _place(self.cosines.argmax(), self.cosines)


def likeness(convolution: Convolution, number: int) -> Likeness:
    """Compares a filter with all that it sees of an image.

    Args:
        convolution: of the image.
        number: of the filter.

    Example:
        >>> from convlab.kernels.arguments import conv_geometry
        >>> x, w = np.array([[1.0, 2.0, 0.0, -5.0]])[:, :, None], np.array([[[[1.0], [2.0]]]])
        >>> geometry = conv_geometry("example", (1, 1, 4, 1), w.shape, 1, 0, 1, 1)
        >>> found = likeness(Convolution(x, w, np.zeros(1), geometry), 0)
        >>> found.sums.tolist(), found.cosines.round(2).tolist(), found.most_exciting
        ([[5.0, 2.0, -10.0]], [[1.0, 0.45, -0.89]], (0, 0))
    """
    windows, weight = convolution.windows(number), convolution.weight[number]
    lengths = np.sqrt(np.square(windows).sum(axis=(2, 3, 4))) * np.linalg.norm(weight)
    dots = np.tensordot(windows, weight, 3)
    cosines = np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)
    return Likeness(dots + convolution.bias[number], cosines)


def _place(flat: np.intp, array: Array) -> tuple[int, int]:
    row, column = np.unravel_index(flat, array.shape)
    return int(row), int(column)
