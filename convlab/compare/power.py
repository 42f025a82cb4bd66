"""How many seeds it takes to tell two configurations apart."""

import math

POWER = 0.8
ALPHA = 0.05
_SEED_LIMIT = 2**16


def seeds_needed(effect: float, *, paired: bool, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """The smallest number of seeds with which a t test finds a true effect often enough.

    power(n) = P(|T| > t(1 - alpha/2, df)),  T noncentral t with df and delta
    paired: df = n - 1, delta = effect sqrt(n);  otherwise: df = 2n - 2, delta = effect sqrt(n/2)

    Args:
        effect: true difference in standard deviations: of the paired differences, or of one group.
        paired: whether the same seeds run in both configurations.
        alpha: probability of finding a difference where there is none, two-sided.
        power: probability of finding the true one.

    Returns:
        Seeds of each configuration, >= 2, or None if 65,536 do not suffice.

    Example:
        >>> seeds_needed(0.5, paired=True), seeds_needed(0.5, paired=False)
        (34, 64)

    References:
        J. Cohen, Statistical power analysis for the behavioral sciences, 2nd edition, 1988, chapter 2.
    """
    low, high = 1, 2
    while not _power(high, effect, alpha, paired=paired) >= power:
        low, high = high, 2 * high
        if high > _SEED_LIMIT:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if _power(middle, effect, alpha, paired=paired) >= power:
            high = middle
        else:
            low = middle
    return high


def _power(n: int, effect: float, alpha: float, *, paired: bool) -> float:
    from scipy.special import nctdtr, stdtrit  # type: ignore[import-untyped]

    degrees, shift = (n - 1, math.sqrt(n)) if paired else (2 * n - 2, math.sqrt(n / 2))
    delta = min(abs(effect), 1e3) * shift
    critical = stdtrit(degrees, 1 - alpha / 2)
    found = float(1 - nctdtr(degrees, delta, critical) + nctdtr(degrees, delta, -critical))
    return 1.0 if math.isnan(found) else found  # no number where the chance to miss is below 1e-70
