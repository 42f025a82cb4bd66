"""Loss and accuracy over the epochs, as a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlab.errors import RecordError
from convlab.inspect.picture import (
    INK,
    TEST_COLOR,
    TRAIN_COLOR,
    VALIDATION_COLOR,
    new_figure,
    plain_axes,
    plain_text,
    save_figure,
)
from convlab.inspect.points import points
from convlab.records.flat import flatten
from convlab.records.run_directory import RunDirectory
from convlab.records.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# up to this many epochs each is marked by a dot
_DOTTED_EPOCHS = 40
_TITLE_CHOICES = ("data", "model", "initializer", "activation", "optimizer")


def draw_curves(run: RunDirectory, path: Path) -> None:
    """Draws loss and accuracy of training and validation over the epochs, and the test accuracy at the end.

    Args:
        run: the run; it need not have finished.
        path: the PNG file.

    Raises:
        MissingExtraError: if matplotlib is not installed.
        RecordError: if the run has no epoch to draw or cannot be read, or `path` cannot be written.
    """
    metrics = run.metrics
    if not points(metrics, "train_loss"):
        raise RecordError(f"{run.path} has no epochs to draw: train it for at least one")
    result = run.result or {}
    figure = new_figure(10, 4.2)
    loss, accuracy = figure.subplots(1, 2)
    for axes, quantity in ((loss, "loss"), (accuracy, "accuracy")):
        _draw_quantity(axes, metrics, quantity)
    _draw_test_accuracy(accuracy, metrics, result)
    loss.set_ylim(bottom=0)
    for axes in (loss, accuracy):
        axes.legend(frameon=False, fontsize=9, labelcolor=INK)
    figure.suptitle(_title(run.config), fontsize=11, color=INK)
    save_figure(figure, path)


def _draw_quantity(axes: "Axes", metrics: Sequence[Mapping[str, Any]], quantity: str) -> None:
    from matplotlib.ticker import MaxNLocator

    for part, color, line in (("train", TRAIN_COLOR, "-"), ("validation", VALIDATION_COLOR, "--")):
        data = points(metrics, f"{part}_{quantity}")
        if data:
            marker = "o" if len(data) <= _DOTTED_EPOCHS else ""
            epochs, values = zip(*data, strict=True)
            axes.plot(
                epochs, values, line, color=color, marker=marker, markersize=4, linewidth=1.8, label=part
            )
    plain_axes(axes, xlabel="epoch", ylabel=quantity)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _draw_test_accuracy(
    axes: "Axes", metrics: Sequence[Mapping[str, Any]], result: Mapping[str, Any]
) -> None:
    last = max(epoch for epoch, _ in points(metrics, "train_loss"))
    for epoch, value in points([{"epoch": last, "test": result.get("test_accuracy")}], "test"):
        axes.plot(
            [epoch],
            [value],
            linestyle="none",
            marker="*",
            markersize=13,
            color=TEST_COLOR,
            markeredgecolor="white",
            label=f"test {value:.3f}",
            zorder=3,
            clip_on=False,
        )


def _title(config: Mapping[str, Any]) -> str:
    flat = flatten(config)
    parts = [printable(flat[name], 40) for name in _TITLE_CHOICES if name in flat]
    return plain_text(" · ".join([*parts, f"seed {printable(flat.get('seed', '?'), 40)}"]))
