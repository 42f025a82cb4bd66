"""Numbers as colors."""

import numpy as np

from convlab.inspect.colors import GAP, diverging


def test_what_is_beyond_the_ends_takes_their_color_and_nan_is_gray() -> None:
    found = diverging(np.array([[-9.0, -1.0, np.nan], [0.5, 1.0, np.inf]]))
    assert found.shape == (2, 3, 3)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found[0, 0], found[0, 1])
    np.testing.assert_array_equal(found[0, 2], [GAP] * 3)
    np.testing.assert_array_equal(found[1, 2], found[1, 1])
    np.testing.assert_array_equal(found[1, 0], [216, 140, 149])
