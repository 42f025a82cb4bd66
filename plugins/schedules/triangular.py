"""Cyclical learning rates."""

from typing import Literal

from convlab.plugin import claims
from convlab_plugins.checks import require

_PLUGIN = "schedule 'triangular'"
_MODES = ("triangular", "triangular2")


@claims(start=0.25)
def triangular(
    step: int,
    total: int,
    *,
    cycles: int = 4,
    low: float = 0.25,
    mode: Literal["triangular", "triangular2"] = "triangular",
) -> float:
    """Climbs and descends between two rates along straight lines, again and again.

    factor(t) = low + (1 - low) (1 - |2 x - 1|)/h, x = C t/T - floor(C t/T), h = 1 or 2^floor(C t/T)

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        cycles: C, number of triangles, >= 1.
        low: factor at their feet, in (0, 1].
        mode: "triangular" for peaks that all are the base learning rate, "triangular2" for peaks whose height
            over the feet halves each time.

    Returns:
        The factor of the base learning rate, in (0, 1].

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> [triangular(step, 8, cycles=2, low=0.5) for step in range(8)]
        [0.5, 0.75, 1.0, 0.75, 0.5, 0.75, 1.0, 0.75]

    References:
        Smith: Cyclical learning rates for training neural networks, 2017, section 3. The paper and PyTorch's
        CyclicLR count the steps of half a cycle, step_size = T/(2 C), and advise feet of a third or a fourth
        of the peak. PyTorch also cycles the momentum, which stays as it is here.
    """
    require(cycles >= 1, _PLUGIN, "cycles", cycles, ">= 1")
    require(0 < low <= 1, _PLUGIN, "low", low, "in (0, 1]")
    require(mode in _MODES, _PLUGIN, "mode", mode, f"one of {', '.join(_MODES)}")
    cycle, within = divmod(cycles * step, total)
    height = (1 - low) / (1 if mode == "triangular" else 2**cycle)
    return low + height * (1 - abs(2 * within / total - 1))
