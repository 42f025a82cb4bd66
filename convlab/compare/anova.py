"""Analysis of variance of a full grid whose combinations all ran with the same seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from convlab.compare.holm import holm

Floats = npt.NDArray[np.float64]

SEEDS, REST = "seed", "rest"


@dataclass(frozen=True)
class Source:
    """A line of the table.

    Attributes:
        settings: the settings whose effect, or interaction, it is; ``("seed",)`` and ``("rest",)`` as well.
        degrees: degrees of freedom.
        squares: sum of squares.
        share: of the total sum of squares, 0 to 1 (eta squared).
        f: ratio of its mean square to that of the rest; None for the seeds and the rest.
        p: probability of a larger ratio where there is no effect.
        p_adjusted: the same after Holm's correction for the lines of the table.
    """

    settings: tuple[str, ...]
    degrees: int
    squares: float
    share: float
    f: float | None = None
    p: float | None = None
    p_adjusted: float | None = None


def analysis_of_variance(scores: Floats, names: Sequence[str]) -> list[Source]:
    """Splits the sum of squares of a grid into effects, interactions, seeds and the rest.

    F = (SS / df) / (SS_rest / df_rest),  df of an interaction = product of (levels - 1)

    The seeds are blocks, since the same seed gives every combination the same data order. The rest is the
    disagreement between seeds about the combinations: df_rest = (combinations - 1)(seeds - 1).

    Args:
        scores: shape (levels of the first setting, ..., levels of the last, seeds).
        names: of the settings, one a dimension but the last.

    Returns:
        Single settings first, then pairs and so on, then the seeds and the rest.

    Example:
        >>> scores = np.array([[[1.0, 2.0], [3.0, 5.0]], [[2.0, 2.0], [8.0, 9.0]]])
        >>> for line in analysis_of_variance(scores, ["a", "b"])[:2]:
        ...     print(line.settings, line.squares, line.f)
        ('a',) 12.5 37.5
        ('b',) 40.5 121.5

    References:
        R. A. Fisher, Statistical methods for research workers, 1925. G. E. P. Box, W. G. Hunter and
        J. S. Hunter, Statistics for experimenters, 1978, chapter 7 (randomized blocks).
    """
    axes = range(len(names))
    settings = [chosen for size in range(1, len(names) + 1) for chosen in combinations(axes, size)]
    means = scores.mean(axis=-1, keepdims=True)
    n = scores.shape[-1]
    squares = [n * _repeated_squares(component(means, chosen), means.size) for chosen in settings]
    degrees = [math.prod(scores.shape[axis] - 1 for axis in chosen) for chosen in settings]
    total = float(((scores - scores.mean()) ** 2).sum())
    of_seeds = means.size * float(((scores.mean(axis=tuple(axes)) - scores.mean()) ** 2).sum())
    rest = max(total - sum(squares) - of_seeds, 0.0)
    if rest < 1e-12 * total:  # what is left of rounding
        rest = 0.0
    rest_degrees = (means.size - 1) * (n - 1)
    ratios = [_ratio(square / df, rest / rest_degrees) for square, df in zip(squares, degrees, strict=True)]
    p = [_p_value(f, df, rest_degrees) for f, df in zip(ratios, degrees, strict=True)]
    adjusted = holm(p)
    lines = [
        Source(
            tuple(names[axis] for axis in chosen),
            degrees[line],
            squares[line],
            squares[line] / total if total else 0.0,
            ratios[line],
            p[line],
            float(adjusted[line]),
        )
        for line, chosen in enumerate(settings)
    ]
    for name, df, square in ((SEEDS, n - 1, of_seeds), (REST, rest_degrees, rest)):
        lines.append(Source((name,), df, square, square / total if total else 0.0))
    return lines


def component(scores: Floats, chosen: Sequence[int]) -> Floats:
    """The part of the scores that is due to the chosen settings together, and to no fewer of them.

    It is the mean over all other settings, from which the means over each chosen one are taken away in turn:
    for two settings y_ij - y_i. - y_.j + y_..

    Args:
        scores: shape (levels, ..., seeds); the last dimension is left alone.
        chosen: numbers of the settings.

    Returns:
        The part, with size 1 in the dimensions of the other settings.

    Example:
        >>> component(np.array([[[1.0], [2.0]], [[3.0], [4.0]]]), (0,)).ravel().tolist()
        [-1.0, 1.0]
    """
    part = scores
    for axis in range(scores.ndim - 1):
        mean = part.mean(axis=axis, keepdims=True)
        part = part - mean if axis in chosen else mean
    return part


def _repeated_squares(part: Floats, size: int) -> float:
    """Sum of squares of a part that is repeated to fill the grid."""
    return float((part**2).sum()) * size / part.size


def _ratio(effect: float, rest: float) -> float:
    if rest > 0:
        return effect / rest
    return math.inf if effect > 0 else 0.0


def _p_value(f: float, degrees: int, rest_degrees: int) -> float:
    from scipy.special import fdtrc  # type: ignore[import-untyped]

    return 0.0 if math.isinf(f) else float(fdtrc(degrees, rest_degrees, f))
