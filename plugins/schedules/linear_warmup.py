"""A constant rate after a warm-up."""

from convlab.plugin import claims
from convlab_plugins.schedules.constant import constant
from convlab_plugins.schedules.warmup import with_warmup


@claims(end=1.0, monotone="rising")
def linear_warmup(step: int, total: int, *, warmup: float = 0.05) -> float:
    """Climbs linearly to the base learning rate and keeps it.

    factor(t) = min(1, (t + 1)/(W + 1))

    `step` and `cosine` have a field `warmup` of the same meaning, so a warm-up can stand in front of each.

    Args:
        step: steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        warmup: below 1 the part of all steps that W covers (rounded), from 1 on W itself; >= 0.

    Returns:
        The factor of the base learning rate, in (0, 1].

    Raises:
        ConfigError: if `warmup` is negative or not finite.

    Example:
        >>> [linear_warmup(step, 10, warmup=0.3) for step in range(5)]
        [0.25, 0.5, 0.75, 1.0, 1.0]

    References:
        Goyal et al.: Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017, section 2.2, "gradual
        warmup". There the ramp begins at the rate of a single worker; here it begins near 0.
    """
    return with_warmup(step, total, warmup, constant, "schedule 'linear_warmup'")
