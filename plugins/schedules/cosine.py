"""Cosine annealing."""

from math import cos, pi

from convlab.plugin import claims
from convlab_plugins.checks import require
from convlab_plugins.schedules.warmup import with_warmup


@claims(start=1.0, end=0.0, monotone="falling")
def cosine(step: int, total: int, *, final: float = 0.0, warmup: float = 0.0) -> float:
    """Falls from the base learning rate along half a cosine.

    factor(t) = final + (1 - final) (1 + cos(pi t/T))/2

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        final: factor at t = T, in [0, 1]. The last step is t = T - 1, so with `final` 0 it still moves.
        warmup: length of a linear warm-up in front, below 1 as part of all steps, from 1 on as a number of
            steps; >= 0. T then counts the steps after it.

    Returns:
        The factor of the base learning rate, in [0, 1].

    Raises:
        ConfigError: if `final` or `warmup` is out of range.

    Example:
        >>> [round(cosine(step, 4), 4) for step in range(4)]
        [1.0, 0.8536, 0.5, 0.1464]
        >>> [round(cosine(step, 4, warmup=1), 4) for step in range(4)]
        [0.5, 1.0, 0.75, 0.25]

    References:
        Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts, 2017, equation 5, without
        restarts and per step instead of per epoch. PyTorch's CosineAnnealingLR changes once an epoch;
        Keras' CosineDecay once a step, as here.
    """
    require(0 <= final <= 1, "schedule 'cosine'", "final", final, "in [0, 1]")

    def fall(step: int, total: int) -> float:
        return final + (1 - final) * (1 + cos(pi * min(step / total, 1.0))) / 2

    return with_warmup(step, total, warmup, fall, "schedule 'cosine'")
