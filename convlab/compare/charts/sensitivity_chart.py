"""Score against learning rate as curves."""

import math
from collections.abc import Sequence

from convlab.compare.charts.svg import COLORS, Plot, document, dot, evenly, legend, line
from convlab.compare.metric import Metric
from convlab.compare.sensitivity import Sensitivity

CURVES = len(COLORS)
_WIDTH, _HEIGHT = 720, 300


def sensitivity_chart(sensitivities: Sequence[Sensitivity], metric: Metric) -> str:
    """Draws the mean score over the logarithm of the learning rate.

    The range in which a rate is good is bold, and the best rate has a dot.

    Args:
        sensitivities: best first, at least one; the first seven are drawn.
        metric: what the scores are of.

    Returns:
        An SVG element; names are escaped.

    Example:
        >>> found = Sensitivity("adam", "optimizer.lr", (0.001, 0.01), (0.9, 0.95), 0.01, 0.01, 0.01)
        >>> sensitivity_chart([found], Metric("test_accuracy"))[:4]
        '<svg'
    """
    shown = sensitivities[:CURVES]
    rates = sorted({rate for item in shown for rate in item.rates})
    means = [mean for item in shown for mean in item.means]
    ends = (math.log10(rates[0]), math.log10(rates[-1]))
    bounds = (min(means), max(means))
    plot = Plot(_WIDTH, _HEIGHT, ends, bounds)
    named = rates if len(rates) <= 8 else [10**value for value in evenly(*ends)]
    parts = plot.axes(
        [(math.log10(rate), f"{rate:.2g}") for rate in named],
        [(value, f"{value:.3f}") for value in evenly(*bounds)],
    )
    for item, color in zip(shown, COLORS, strict=False):
        points = [
            (rate, plot.at(math.log10(rate), mean)) for rate, mean in zip(item.rates, item.means, strict=True)
        ]
        parts.append(line([point for _, point in points], color=color, width=1.5))
        good = [point for rate, point in points if item.low <= rate <= item.high]
        parts.append(line(good, color=color, width=5))
        parts += [dot(point, color) for rate, point in points if rate == item.best_rate]
    names, height = legend([item.label for item in shown], _WIDTH, _HEIGHT + 42)
    return document(_WIDTH, _HEIGHT + 36 + height, f"{metric.title} by learning rate", [*parts, *names])
