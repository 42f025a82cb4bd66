"""One climb and one descent."""

from math import cos, pi
from typing import Literal

from convlab.plugin import claims
from convlab_plugins.checks import require

_PLUGIN = "schedule 'one_cycle'"
_SHAPES = ("cosine", "linear")


@claims(start=0.04, end=4e-6)
def one_cycle(
    step: int,
    total: int,
    *,
    rise: float = 0.3,
    initial: float = 0.04,
    final: float = 4e-6,
    shape: Literal["cosine", "linear"] = "cosine",
) -> float:
    """Climbs from a small rate to the base learning rate and descends far below where it began.

    factor(t) = initial + (1 - initial) s(t/P) for t <= P, and 1 + (final - 1) s((t - P)/(T - 1 - P)) after,
    P = rise T - 1, s(x) = (1 - cos(pi x))/2 or x

    The base learning rate is the peak, so it may be larger than for other schedules; `range_test` finds it.

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        rise: part of the training that climbs, in (0, 1). With less than a step for it the rate starts at the
            peak.
        initial: factor of the first step, in [0, 1].
        final: factor of the last step, in [0, 1].
        shape: of both ways, "cosine" or "linear".

    Returns:
        The factor of the base learning rate, in [0, 1].

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> [round(one_cycle(step, 9, rise=0.5556, shape="linear"), 2) for step in range(9)]
        [0.04, 0.28, 0.52, 0.76, 1.0, 0.75, 0.5, 0.25, 0.0]

    References:
        Smith, Topin: Super-convergence: very fast training of neural networks using large learning rates,
        2018, section 3. Defaults and step count are those of PyTorch's OneCycleLR (div_factor 25,
        final_div_factor 1e4) with three_phase=False: two ways, where the paper has two equal linear ways and
        a short last descent. Departure: the momentum, which both lower while the rate is high, stays as it
        is.
    """
    require(0 < rise < 1, _PLUGIN, "rise", rise, "in (0, 1)")
    require(0 <= initial <= 1, _PLUGIN, "initial", initial, "in [0, 1]")
    require(0 <= final <= 1, _PLUGIN, "final", final, "in [0, 1]")
    require(shape in _SHAPES, _PLUGIN, "shape", shape, f"one of {', '.join(_SHAPES)}")
    peak = max(rise * total - 1, 0.0)
    if step < peak:
        start, end, part = initial, 1.0, step / peak
    else:
        start, end, part = 1.0, final, min((step - peak) / max(total - 1 - peak, 1.0), 1.0)
    way = part if shape == "linear" else (1 - cos(pi * part)) / 2
    return start + (end - start) * way
