"""The linear warm-up that stands in front of the other schedules."""

from collections.abc import Callable
from math import inf

from convlab_plugins.checks import require


def with_warmup(
    step: int, total: int, warmup: float, schedule: Callable[[int, int], float], plugin: str
) -> float:
    """Climbs linearly to the base rate and then follows a schedule over the steps that remain.

    factor(t) = (t + 1)/(W + 1) for t < W, and schedule(t - W, T - W) afterwards

    The first step already has a rate above 0 and step W is the first at the full rate.

    Args:
        step: steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        warmup: below 1 the part of all steps that W covers (rounded), from 1 on W itself; 0 for none.
        schedule: what follows; it sees its own steps only, from 0.
        plugin: kind and name, for the message.

    Returns:
        The factor of the base learning rate.

    Raises:
        ConfigError: if `warmup` is negative or not finite.

    Example:
        >>> [with_warmup(step, 8, 3, lambda step, total: 1.0, "schedule 'x'") for step in range(5)]
        [0.25, 0.5, 0.75, 1.0, 1.0]

    References:
        Goyal et al.: Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017, section 2.2, "gradual
        warmup". There the ramp begins at the rate of a single worker; here it begins near 0.
    """
    steps = count_steps(warmup, total, plugin, "warmup")
    if step < steps:
        return (step + 1) / (steps + 1)
    return schedule(step - steps, max(total - steps, 1))


def count_steps(length: float, total: int, plugin: str, field: str) -> int:
    """How many steps a setting means that may be a part of the training or a number of steps.

    Args:
        length: below 1 the part of all steps (rounded), from 1 on their number.
        total: steps of the whole training, >= 1.
        plugin: kind and name, for the message.
        field: the setting.

    Returns:
        The number of steps, which may exceed `total`.

    Raises:
        ConfigError: if `length` is negative or not finite.

    Example:
        >>> count_steps(0.25, 20, "schedule 'x'", "warmup"), count_steps(3, 20, "schedule 'x'", "warmup")
        (5, 3)
    """
    require(0 <= length < inf, plugin, field, length, ">= 0 (below 1 a part of all steps, else a number)")
    return round(length * total) if length < 1 else round(length)
