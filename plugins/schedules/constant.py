"""The schedule that changes nothing."""

from convlab.plugin import claims


@claims(start=1.0, end=1.0, monotone="falling")
def constant(step: int, total: int) -> float:
    """Keeps the base learning rate throughout.

    factor(t) = 1

    Args:
        step: steps taken before this one, 0 to total - 1.
        total: steps of the whole training, >= 1.

    Returns:
        1.0.

    Example:
        >>> [constant(step, 3) for step in range(3)]
        [1.0, 1.0, 1.0]

    References:
        Robbins, Monro: A stochastic approximation method, 1951, ask for rates that decrease for
        convergence to a point; a constant rate ends in a neighborhood whose size grows with the rate.
    """
    return 1.0
