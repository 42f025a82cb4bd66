"""Falling along a power of the time that is left."""

from math import inf

from convlab.plugin import claims
from convlab_plugins.checks import require
from convlab_plugins.schedules.warmup import with_warmup

_PLUGIN = "schedule 'polynomial'"


@claims(start=1.0, end=0.0, monotone="falling")
def polynomial(
    step: int, total: int, *, power: float = 0.9, final: float = 0.0, warmup: float = 0.0
) -> float:
    """Falls along a power of the part of the training that is left, known as "poly".

    factor(t) = final + (1 - final) (1 - t/T)^power

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        power: > 0; 1 is `linear`, above it the rate falls early, below it late.
        final: factor at t = T, in [0, 1]. The last step is t = T - 1, so with `final` 0 it still moves.
        warmup: length of a linear warm-up in front, below 1 as part of all steps, from 1 on as a number of
            steps; >= 0. t and T then count the steps after it.

    Returns:
        The factor of the base learning rate, in [0, 1].

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> [round(polynomial(step, 4, power=2.0), 4) for step in range(4)]
        [1.0, 0.5625, 0.25, 0.0625]

    References:
        Chen, Papandreou, Kokkinos, Murphy, Yuille: DeepLab, 2017, section 4.3, for the power 0.9. PyTorch's
        PolynomialLR and Keras' PolynomialDecay have power 1 by default, and Keras an end of 1e-4, which is
        a rate there and not a factor.
    """
    require(0 < power < inf, _PLUGIN, "power", power, "> 0 and finite")
    require(0 <= final <= 1, _PLUGIN, "final", final, "in [0, 1]")

    def fall(step: int, total: int) -> float:
        left = max(1 - step / total, 0.0)
        return float(final + (1 - final) * left**power)

    return with_warmup(step, total, warmup, fall, _PLUGIN)
