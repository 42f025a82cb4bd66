"""Loss and accuracy over the epochs, drawn with characters."""

from collections.abc import Mapping, Sequence
from typing import Any

from convlab.inspect.points import points
from convlab.inspect.terminal_plot import Series, terminal_plot

_LEAST_WIDTH, _LEAST_HEIGHT = 36, 3
_SIDE_BY_SIDE_WIDTH = 90
_GAP = "   "


def terminal_curves(
    metrics: Sequence[Mapping[str, Any]], width: int, height: int, *, encoding: str | None = None
) -> str:
    """Draws loss and accuracy of training and validation.

    Training is a line and validation is points, so that they can be told apart without color. The two plots
    stand side by side from 90 columns on, and one above the other below that.

    Args:
        metrics: of each epoch, as in metrics.jsonl; values that are missing or not finite are left out.
        width: columns to use, at least 36 are.
        height: lines of each plot without its axis, at least 3 are.
        encoding: of the output; None takes that of stdout. Anything but UTF-8 gives plain ASCII.

    Returns:
        Lines of text.

    Example:
        >>> epochs = [{"epoch": 1, "train_loss": 1.0}, {"epoch": 3, "train_loss": 0.2}]
        >>> print(terminal_curves(epochs, 36, 3, encoding="ascii"))
        loss  * train  o validation
           1 |********
         0.6 |        **************
         0.2 |                      ********
             +------------------------------
              1                            3
    """
    width, height = max(width, _LEAST_WIDTH), max(height, _LEAST_HEIGHT)
    quantities = [name for name in ("loss", "accuracy") if points(metrics, f"train_{name}")]
    if not quantities:
        return "no epochs yet"
    beside = width >= _SIDE_BY_SIDE_WIDTH and len(quantities) > 1
    plot_width = (width - len(_GAP)) // 2 if beside else width
    plots = [
        terminal_plot(
            name,
            Series("train", points(metrics, f"train_{name}")),
            Series("validation", points(metrics, f"validation_{name}")),
            plot_width,
            height,
            encoding=encoding,
        )
        for name in quantities
    ]
    if not beside:
        return "\n".join(line.rstrip() for plot in plots for line in plot)
    return "\n".join(
        f"{left:<{plot_width}}{_GAP}{right}".rstrip() for left, right in zip(*plots, strict=True)
    )
