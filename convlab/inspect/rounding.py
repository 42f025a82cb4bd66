"""How far two results of the same sum are apart, in units of what rounding costs."""

import numpy as np
from numpy.typing import ArrayLike

ROUNDING = 2.0**-24


def roundings(exact: ArrayLike, found: ArrayLike, magnitude: ArrayLike) -> float:
    """The largest difference between two arrays, in roundings of float32.

    ``max |found - exact| / (2^-24 * max magnitude)``: to round a number to float32 changes it by up to 2^-24
    of itself. A sum that is rounded after every addition may be off by as many roundings as it has summands;
    a few are usual.

    Args:
        exact: computed in float64.
        found: the same by the compiled core, in float32.
        magnitude: sums of the absolute values that were added up; the largest counts.

    Returns:
        The number of roundings, 0 for the same numbers; infinite if only zeros were added up to something.

    Example:
        >>> roundings(1.0, np.float32(1.0 + 2**-23), 1.0)
        2.0
    """
    difference = np.abs(np.asarray(found, np.float64) - np.asarray(exact, np.float64)).max(initial=0.0)
    unit = ROUNDING * float(np.max(magnitude, initial=0.0))
    if difference == 0:
        return 0.0
    return float(difference / unit) if unit else float("inf")
