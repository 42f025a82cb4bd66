"""Edge filters turned to several directions."""

from collections.abc import Callable

import numpy as np

from convlab.plugin import Array

Row = Callable[[int], Array]


def turned_edges(height: int, width: int, smooth: Row, derive: Row, orientations: int) -> Array:
    """Turns an edge filter, which differentiates one way and smooths the other, to several directions.

    b_i = cos(t_i) G_x + sin(t_i) G_y, t_i = 2 pi i/orientations, G_x = smooth(R) derive(S)^T,
    G_y = derive(R) smooth(S)^T, both of length 1

    Args:
        height: R of the kernel, >= 2.
        width: S of the kernel, >= 2.
        smooth: size -> weights that average.
        derive: size -> weights that differentiate, rising to the right.
        orientations: number of directions, >= 1.

    Returns:
        float64 array (orientations, R, S).

    Example:
        >>> bank = turned_edges(2, 2, lambda size: np.ones(2), lambda size: np.array([-1.0, 1.0]), 4)
        >>> bank[1].round(6).tolist()
        [[-0.5, -0.5], [0.5, 0.5]]
    """
    across = np.outer(smooth(height), derive(width))
    down = np.outer(derive(height), smooth(width))
    across /= np.linalg.norm(across)
    down /= np.linalg.norm(down)
    angles = 2 * np.pi * np.arange(orientations) / orientations
    turned: Array = np.multiply.outer(np.cos(angles), across) + np.multiply.outer(np.sin(angles), down)
    return turned
