"""Falling in steps."""

from convlab.plugin import claims
from convlab_plugins.checks import require
from convlab_plugins.schedules.warmup import with_warmup

_PLUGIN = "schedule 'step'"


@claims(start=1.0, end=0.01, monotone="falling")
def step_decay(
    step: int,
    total: int,
    *,
    gamma: float = 0.1,
    milestones: tuple[float, ...] = (0.5, 0.75),
    every: int | None = None,
    warmup: float = 0.0,
) -> float:
    """Multiplies the learning rate by a factor at each milestone, or after every so many steps.

    factor(t) = gamma^n, n = number of milestones m with m T <= t, or n = floor(t/every)

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        gamma: factor at each fall, in (0, 1].
        milestones: parts of the training after which the rate falls, each in (0, 1).
        every: number of steps between falls, >= 1; when given it takes the place of `milestones`.
        warmup: length of a linear warm-up in front, below 1 as part of all steps, from 1 on as a number of
            steps; >= 0. t and T then count the steps after it.

    Returns:
        The factor of the base learning rate, in (0, 1].

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> [step_decay(step, 4, gamma=0.5) for step in range(4)]
        [1.0, 1.0, 0.5, 0.25]
        >>> [step_decay(step, 4, gamma=0.5, every=1) for step in range(4)]
        [1.0, 0.5, 0.25, 0.125]

    References:
        He, Zhang, Ren, Sun: Deep residual learning for image recognition, 2016, section 4.2: division by 10
        at 32,000 and 48,000 of 64,000 iterations, the milestones taken here as defaults. PyTorch's
        MultiStepLR and StepLR count epochs; parts and steps do not change their meaning with the batch size.
    """
    require(0 < gamma <= 1, _PLUGIN, "gamma", gamma, "in (0, 1]")
    require(all(0 < part < 1 for part in milestones), _PLUGIN, "milestones", milestones, "all in (0, 1)")
    require(every is None or every >= 1, _PLUGIN, "every", every, "a number of steps >= 1, or null")

    def falls(step: int, total: int) -> float:
        if every is not None:
            return gamma ** (step // every)
        return gamma ** sum(part * total <= step for part in milestones)

    return with_warmup(step, total, warmup, falls, _PLUGIN)
