"""Falling as one over the root of the time."""

from math import sqrt

from convlab_plugins.schedules.warmup import count_steps

_PLUGIN = "schedule 'inverse_sqrt'"


def inverse_sqrt(step: int, total: int, *, warmup: float = 0.1) -> float:
    """Climbs linearly and then falls as one over the square root of the number of steps.

    factor(t) = min((t + 1)/(W + 1), sqrt((W + 1)/(t + 1)))

    The fall does not depend on the length of the training, which so can be extended at any time.

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        warmup: below 1 the part of all steps that W covers (rounded), from 1 on W itself; >= 0.

    Returns:
        The factor of the base learning rate, in (0, 1]; 1 at t = W.

    Raises:
        ConfigError: if `warmup` is negative or not finite.

    Example:
        >>> [round(inverse_sqrt(step, 16, warmup=3), 4) for step in (0, 1, 3, 8, 15)]
        [0.25, 0.5, 1.0, 0.6667, 0.5]

    References:
        Vaswani et al.: Attention is all you need, 2017, equation 3, divided by its peak, with t + 1 for the
        paper's step and W + 1 for its warmup_steps. Others, T5 among them, hold the rate where it climbs
        here.
    """
    peak = count_steps(warmup, total, _PLUGIN, "warmup") + 1
    return min((step + 1) / peak, sqrt(peak / (step + 1)))
