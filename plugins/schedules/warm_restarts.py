"""Cosine annealing with warm restarts."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.checks import require
from convlab_plugins.schedules.cosine import cosine
from convlab_plugins.schedules.warmup import with_warmup

_PLUGIN = "schedule 'warm_restarts'"


@claims(start=1.0, end=0.0)
def warm_restarts(
    step: int, total: int, *, cycles: int = 3, growth: float = 2.0, final: float = 0.0, warmup: float = 0.0
) -> float:
    """Falls along half a cosine several times, and jumps back to the base learning rate between.

    factor(t) = final + (1 - final) (1 + cos(pi t_c/T_c))/2, t_c steps into cycle c, T_c = T_1 growth^(c-1)

    The length T_1 of the first cycle is such that the cycles fill the training: the end, where such a network
    is best, is the end of a cycle.

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        cycles: number of cycles, >= 1; one is `cosine`.
        growth: length of a cycle over that of the one before, > 0.
        final: factor that a cycle falls to, in [0, 1].
        warmup: length of a linear warm-up in front, below 1 as part of all steps, from 1 on as a number of
            steps; >= 0. t and T then count the steps after it.

    Returns:
        The factor of the base learning rate, in [0, 1].

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> [round(warm_restarts(step, 6, cycles=2), 4) for step in range(6)]
        [1.0, 0.5, 1.0, 0.8536, 0.5, 0.1464]

    References:
        Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts, 2017, equation 5. The paper
        and PyTorch's CosineAnnealingWarmRestarts choose the first cycle, T_0, instead of their number, with
        T_mult as the growth; Keras' CosineDecayRestarts can also lower the peaks.
    """
    require(cycles >= 1, _PLUGIN, "cycles", cycles, ">= 1")
    require(0 < growth < inf, _PLUGIN, "growth", growth, "> 0 and finite")
    require(0 <= final <= 1, _PLUGIN, "final", final, "in [0, 1]")

    def fall(step: int, total: int) -> float:
        bounds = _bounds(total, cycles, growth)
        cycle = max(index for index in range(cycles) if bounds[index] <= step)
        length = max(bounds[cycle + 1] - bounds[cycle], 1)
        return cosine(min(step - bounds[cycle], length), length, final=final)

    return with_warmup(step, total, warmup, fall, _PLUGIN)


def _bounds(total: int, cycles: int, growth: float) -> list[int]:
    """The steps at which the cycles begin, and `total`."""
    lengths = [growth**index for index in range(cycles)]
    return [round(total * sum(lengths[:index]) / sum(lengths)) for index in range(cycles + 1)]
