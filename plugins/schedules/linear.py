"""Falling along a straight line."""

from convlab.plugin import claims
from convlab_plugins.checks import require
from convlab_plugins.schedules.warmup import with_warmup

_PLUGIN = "schedule 'linear'"


@claims(start=1.0, end=0.0, monotone="falling")
def linear(step: int, total: int, *, final: float = 0.0, warmup: float = 0.0) -> float:
    """Falls from the base learning rate along a straight line.

    factor(t) = final + (1 - final) (1 - t/T)

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        final: factor at t = T, in [0, 1]. The last step is t = T - 1, so with `final` 0 it still moves.
        warmup: length of a linear warm-up in front, below 1 as part of all steps, from 1 on as a number of
            steps; >= 0. t and T then count the steps after it.

    Returns:
        The factor of the base learning rate, in [0, 1].

    Raises:
        ConfigError: if `final` or `warmup` is out of range.

    Example:
        >>> [linear(step, 4) for step in range(4)]
        [1.0, 0.75, 0.5, 0.25]

    References:
        Defazio, Cutkosky, Mehta, Mishchenko: Optimal linear decay learning rate schedules and further
        refinements, 2023, theorem 1, for why this line is the best that a worst case allows. PyTorch's
        LinearLR by default climbs from 1/3 over 5 epochs instead, which is a warm-up.
    """
    require(0 <= final <= 1, _PLUGIN, "final", final, "in [0, 1]")

    def fall(step: int, total: int) -> float:
        return final + (1 - final) * max(1 - step / total, 0.0)

    return with_warmup(step, total, warmup, fall, _PLUGIN)
