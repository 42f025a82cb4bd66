"""Performance profiles as curves."""

from collections.abc import Sequence

from convlab.compare.charts.svg import COLORS, Plot, document, evenly, legend, line
from convlab.compare.metric import Metric
from convlab.compare.profiles import Profile

CURVES = len(COLORS)
_WIDTH, _HEIGHT = 720, 300


def profile_chart(profiles: Sequence[Profile], metric: Metric) -> str:
    """Draws for every score the share of runs that are at least as good.

    Args:
        profiles: best first, at least one; the first seven are drawn.
        metric: what the scores are of.

    Returns:
        An SVG element; names are escaped.

    Example:
        >>> profile_chart([Profile("adam", (0.95, 0.9), (0.5, 1.0))], Metric("test_accuracy"))[:4]
        '<svg'
    """
    shown = profiles[:CURVES]
    scores = [score for profile in shown for score in profile.scores]
    low, high = min(scores), max(scores)
    room = 0.04 * (high - low) or 0.01
    # harder to reach from left to right, whichever end that is
    ends = (low - room, high + room) if metric.direction > 0 else (high + room, low - room)
    plot = Plot(_WIDTH, _HEIGHT, ends, (0.0, 1.0))
    parts = plot.axes(
        [(value, f"{value:.4g}") for value in evenly(*ends)],
        [(value, f"{100 * value:.0f}%") for value in evenly(0, 1)],
    )
    for profile, color in zip(shown, COLORS, strict=False):
        parts.append(line([plot.at(*point) for point in _steps(profile, ends)], color=color, width=2))
    names, height = legend([profile.label for profile in shown], _WIDTH, _HEIGHT + 42)
    return document(
        _WIDTH, _HEIGHT + 36 + height, f"share of runs that reach a {metric.title}", [*parts, *names]
    )


def _steps(profile: Profile, ends: tuple[float, float]) -> list[tuple[float, float]]:
    """Corners of the falling staircase from the easiest score to the hardest."""
    points = [(ends[0], 1.0)]
    shares = list(zip(profile.scores, profile.shares, strict=True))[::-1]
    for place, (score, share) in enumerate(shares):
        after = shares[place + 1][1] if place + 1 < len(shares) else 0.0
        points += [(score, share), (score, after)]
    return [*points, (ends[1], 0.0)]
