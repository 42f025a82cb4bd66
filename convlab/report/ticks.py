"""Round numbers along an axis."""

import math

_STEPS = 6


def linear_ticks(low: float, high: float, *, whole: bool = False) -> list[tuple[float, str]]:
    """About six round values between two ends, with what is written at them.

    Args:
        low: value at the lower end; high alike.
        whole: whether only whole numbers have a meaning.

    Example:
        >>> linear_ticks(0.0, 1.0)
        [(0.0, '0'), (0.2, '0.2'), (0.4, '0.4'), (0.6, '0.6'), (0.8, '0.8'), (1.0, '1')]
    """
    rough = max((high - low) / _STEPS, whole)
    if not rough > 0:
        return [(low, f"{low:.4g}")]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    values = [round(place * step, 12) for place in range(first, last + 1)]
    return [(value, f"{value:.6g}") for value in values]


def log_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Powers of ten, and twice and five times these where there are few, at their logarithms.

    Args:
        low: logarithm to base 10 of the lower end; high alike.

    Example:
        >>> [name for _, name in log_ticks(-2.0, 0.0)]
        ['0.01', '0.02', '0.05', '0.1', '0.2', '0.5', '1']
    """
    powers = range(math.floor(low), math.ceil(high) + 1)
    factors = (1, 2, 5) if high - low <= 2.5 else (1,)
    stride = max(1, math.ceil((high - low) / 6)) if len(factors) == 1 else 1
    found = [(power + math.log10(factor), power, factor) for power in powers for factor in factors]
    return [
        (place, f"{factor * 10.0**power:.6g}")
        for place, power, factor in found
        if low - 1e-9 <= place <= high + 1e-9 and power % stride == 0
    ]
