"""A plateau between a warm-up and a cooldown."""

from math import cos, pi, sqrt
from typing import Literal

from convlab.plugin import claims
from convlab_plugins.checks import require
from convlab_plugins.schedules.warmup import count_steps, with_warmup

_PLUGIN = "schedule 'warmup_stable_decay'"
_SHAPES = ("linear", "1-sqrt", "cosine")


@claims(end=0.0)
def warmup_stable_decay(
    step: int,
    total: int,
    *,
    warmup: float = 0.05,
    cooldown: float = 0.2,
    shape: Literal["linear", "1-sqrt", "cosine"] = "1-sqrt",
    final: float = 0.0,
) -> float:
    """Climbs, keeps the base learning rate for most of the training, and cools down at its end.

    factor(t) = 1 until the last D steps, then final + (1 - final) c(x), x = (t - (T - D))/D,
    c(x) = 1 - x, 1 - sqrt(x) or (1 + cos(pi x))/2

    One long run with several cooldowns gives the networks of several shorter runs.

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        warmup: length of the linear warm-up, below 1 as part of all steps, from 1 on as a number of steps;
            >= 0. t and T then count the steps after it.
        cooldown: length D of the cooldown, below 1 as part of the steps after the warm-up, from 1 on as a
            number of steps; >= 0. More than all is all.
        shape: c(x), "linear", "1-sqrt" or "cosine".
        final: factor at t = T, in [0, 1]. The last step is t = T - 1, so with `final` 0 it still moves.

    Returns:
        The factor of the base learning rate, in [0, 1].

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> [round(warmup_stable_decay(step, 8, warmup=1, cooldown=4), 4) for step in range(8)]
        [0.5, 1.0, 1.0, 1.0, 1.0, 0.5, 0.2929, 0.134]

    References:
        Haegele et al.: Scaling laws and compute-optimal training beyond fixed training durations, 2024
        (arXiv 2405.18392), section 3, which finds "1-sqrt" best. The name is from Hu et al.: MiniCPM, 2024,
        which cools down exponentially.
    """
    require(shape in _SHAPES, _PLUGIN, "shape", shape, f"one of {', '.join(_SHAPES)}")
    require(0 <= final <= 1, _PLUGIN, "final", final, "in [0, 1]")

    def hold_and_fall(step: int, total: int) -> float:
        length = min(count_steps(cooldown, total, _PLUGIN, "cooldown"), total)
        into = step - (total - length)
        if into <= 0:
            return 1.0
        return final + (1 - final) * _cooldown(min(into / length, 1.0) if length else 1.0, shape)

    return with_warmup(step, total, warmup, hold_and_fall, _PLUGIN)


def _cooldown(part: float, shape: str) -> float:
    if shape == "linear":
        return 1 - part
    if shape == "1-sqrt":
        return 1 - sqrt(part)
    return (1 + cos(pi * part)) / 2
