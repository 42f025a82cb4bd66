"""Numbers as colors."""

import numpy as np

from convlab.inspect.mosaic import Array

GAP = 222
# colors of -1, 0 and 1
_BLUE, _WHITE, _RED = (33, 102, 172), (255, 255, 255), (178, 24, 43)


def diverging(values: Array) -> Array:
    """Colors for numbers from -1 (blue) over 0 (white) to 1 (red), gray for NaN.

    Args:
        values: any shape; what is beyond the ends takes their color.

    Returns:
        The shape with three more values at the end, uint8.

    Example:
        >>> diverging(np.array([-1.0, 0.0, 1.0])).tolist()
        [[33, 102, 172], [255, 255, 255], [178, 24, 43]]
    """
    at = np.nan_to_num(values, nan=0.0).clip(-1, 1)
    colors = np.stack(
        [np.interp(at, (-1, 0, 1), anchors) for anchors in zip(_BLUE, _WHITE, _RED, strict=True)], axis=-1
    )
    colors[np.isnan(values)] = GAP
    return colors.round().astype(np.uint8)
