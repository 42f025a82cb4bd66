"""Falling at chosen steps."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.checks import require
from convlab_plugins.schedules.warmup import count_steps, with_warmup

_PLUGIN = "schedule 'multistep'"


@claims(start=1.0, end=0.008, monotone="falling")
def multistep(
    step: int,
    total: int,
    *,
    milestones: tuple[float, ...] = (0.3, 0.6, 0.8),
    gammas: tuple[float, ...] = (0.2,),
    warmup: float = 0.0,
) -> float:
    """Multiplies the learning rate at each milestone, by one factor or by one for each of them.

    factor(t) = product of gamma_i over the milestones m_i <= t

    `step` is the simpler schedule of one factor whose milestones are parts of the training.

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        milestones: when the rate changes, each below 1 a part of all steps (rounded), from 1 on a number of
            steps; all > 0.
        gammas: factor at each milestone, as many as milestones, or one for all; each > 0. Above 1 the rate
            rises; the base learning rate stays the largest only if no product of factors exceeds 1.
        warmup: length of a linear warm-up in front, below 1 as part of all steps, from 1 on as a number of
            steps; >= 0. t and T then count the steps after it.

    Returns:
        The factor of the base learning rate, > 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> [round(multistep(step, 10), 4) for step in (0, 2, 3, 5, 6, 8)]
        [1.0, 1.0, 0.2, 0.2, 0.04, 0.008]
        >>> [multistep(step, 4, milestones=(1, 3), gammas=(0.5, 0.1)) for step in range(4)]
        [1.0, 0.5, 0.5, 0.05]

    References:
        Zagoruyko, Komodakis: Wide residual networks, 2016, section 3: division by 5 at epochs 60, 120 and 160
        of 200, the defaults here. PyTorch's MultiStepLR counts epochs and has one factor; Keras'
        PiecewiseConstantDecay and optax's piecewise_constant_schedule count steps, as numbers do here.
    """
    require(all(0 < when < inf for when in milestones), _PLUGIN, "milestones", milestones, "all > 0, finite")
    require(all(0 < gamma < inf for gamma in gammas), _PLUGIN, "gammas", gammas, "all > 0, finite")
    fit = len(gammas) in (1, len(milestones))
    require(fit, _PLUGIN, "gammas", gammas, "one for each milestone, or one for all")
    factors = gammas if len(gammas) == len(milestones) else gammas * len(milestones)

    def falls(step: int, total: int) -> float:
        factor = 1.0
        for when, gamma in zip(milestones, factors, strict=True):
            if count_steps(when, total, _PLUGIN, "milestones") <= step:
                factor *= gamma
        return factor

    return with_warmup(step, total, warmup, falls, _PLUGIN)
