"""The truncated normal distribution."""

from math import erf, exp, pi, sqrt

import numpy as np

from convlab.plugin import Array

CUT = 2.0

# Standard deviation of a standard normal that is cut at +-2: sqrt(1 - 2 CUT density(CUT)/mass) = 0.87962566.
TRUNCATED_STD = sqrt(1 - 2 * CUT * exp(-CUT * CUT / 2) / sqrt(2 * pi) / erf(CUT / sqrt(2)))


def truncated_standard_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draws from the standard normal cut at +-2: values beyond are drawn again, not clipped.

    Args:
        rng: source of the numbers.
        shape: of the result.

    Returns:
        float64 array within [-2, 2], of standard deviation `TRUNCATED_STD`.

    Example:
        >>> draws = truncated_standard_normal(np.random.default_rng(0), (1000,))
        >>> bool(abs(draws).max() <= 2), round(TRUNCATED_STD, 8)
        (True, 0.87962566)
    """
    flat = rng.standard_normal(int(np.prod(shape, dtype=np.int64)))
    while (beyond := np.flatnonzero(np.abs(flat) > CUT)).size:
        flat[beyond] = rng.standard_normal(beyond.size)
    return flat.reshape(shape)
