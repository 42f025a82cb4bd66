"""Falling as one over the time."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.checks import require
from convlab_plugins.schedules.warmup import with_warmup

_PLUGIN = "schedule 'inverse_time'"


@claims(start=1.0, end=1 / 11, monotone="falling")
def inverse_time(
    step: int, total: int, *, decay: float = 10.0, power: float = 1.0, warmup: float = 0.0
) -> float:
    """Falls as one over the time, the rate of decrease that theory asks for.

    factor(t) = (1 + decay t/T)^-power

    With a power in (1/2, 1] the rates sum to infinity and their squares do not, which is what stochastic
    approximation needs to converge.

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        decay: how far the rate falls over the training, to (1 + decay)^-power at t = T; >= 0.
        power: > 0.
        warmup: length of a linear warm-up in front, below 1 as part of all steps, from 1 on as a number of
            steps; >= 0. t and T then count the steps after it.

    Returns:
        The factor of the base learning rate, in (0, 1].

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> [round(inverse_time(step, 4, decay=4.0), 4) for step in range(4)]
        [1.0, 0.5, 0.3333, 0.25]

    References:
        Robbins, Monro: A stochastic approximation method, 1951, section 2, for the condition. Bottou:
        Stochastic gradient descent tricks, 2012, section 5.2, for the form. Keras' InverseTimeDecay is power
        1 with decay = decay_rate T/decay_steps.
    """
    require(0 <= decay < inf, _PLUGIN, "decay", decay, ">= 0 and finite")
    require(0 < power < inf, _PLUGIN, "power", power, "> 0 and finite")

    def fall(step: int, total: int) -> float:
        return float((1 + decay * step / total) ** -power)

    return with_warmup(step, total, warmup, fall, _PLUGIN)
