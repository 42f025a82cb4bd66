"""Reflected exponential decay."""

from convlab.plugin import claims
from convlab_plugins.schedules.warmup import with_warmup


@claims(start=1.0, end=0.0, monotone="falling")
def rex(step: int, total: int, *, warmup: float = 0.0) -> float:
    """Falls slowly at first and fast at the end: a profile between the linear one and a delayed one.

    factor(t) = (1 - t/T)/(1/2 + (1 - t/T)/2)

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        warmup: length of a linear warm-up in front, below 1 as part of all steps, from 1 on as a number of
            steps; >= 0. t and T then count the steps after it.

    Returns:
        The factor of the base learning rate, in [0, 1].

    Raises:
        ConfigError: if `warmup` is out of range.

    Example:
        >>> [round(rex(step, 4), 4) for step in range(4)]
        [1.0, 0.8571, 0.6667, 0.4]

    References:
        Chen, Wolfe, Kyrillidis: REX: revisiting budgeted training with an improved schedule, 2021
        (arXiv 2107.04197), section 3, the profile sampled at every step.
    """

    def fall(step: int, total: int) -> float:
        left = max(1 - step / total, 0.0)
        return left / (0.5 + left / 2)

    return with_warmup(step, total, warmup, fall, "schedule 'rex'")
