"""Falling by the same factor at every step."""

from convlab.plugin import claims
from convlab_plugins.checks import require
from convlab_plugins.schedules.warmup import with_warmup

_PLUGIN = "schedule 'exponential'"


@claims(start=1.0, end=0.01, monotone="falling")
def exponential(step: int, total: int, *, final: float = 0.01, warmup: float = 0.0) -> float:
    """Falls exponentially: the rate loses the same part of itself at every step.

    factor(t) = final^(t/T)

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        final: factor at t = T, in (0, 1]. The last step is t = T - 1.
        warmup: length of a linear warm-up in front, below 1 as part of all steps, from 1 on as a number of
            steps; >= 0. t and T then count the steps after it.

    Returns:
        The factor of the base learning rate, in (0, 1].

    Raises:
        ConfigError: if `final` or `warmup` is out of range.

    Example:
        >>> [round(exponential(step, 4), 4) for step in range(4)]
        [1.0, 0.3162, 0.1, 0.0316]

    References:
        Li, Arora: An exponential learning rate schedule for deep learning, 2020, section 2. PyTorch's
        ExponentialLR takes the factor of one epoch, gamma = final^(1/epochs), and Keras' ExponentialDecay
        that of `decay_steps` steps; the end point taken here does not change its meaning with either.
    """
    require(0 < final <= 1, _PLUGIN, "final", final, "in (0, 1]")

    def fall(step: int, total: int) -> float:
        return float(final ** (step / total))

    return with_warmup(step, total, warmup, fall, _PLUGIN)
