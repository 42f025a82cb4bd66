"""The quantity by which runs are compared: its unit, and whether more of it is better."""

from collections.abc import Collection
from dataclasses import dataclass

from convlab.errors import ConfigError, suggest

DEFAULT_METRICS = ("validation_accuracy", "test_accuracy")
# what an accuracy of two arms may differ by, in points, and still count as the same
DEFAULT_MARGIN = 0.1


@dataclass(frozen=True)
class Metric:
    """A result of a run.

    Attributes:
        name: its name in result.json, such as ``"validation_accuracy"``.

    Example:
        >>> Metric("test_accuracy").difference_text(0.42), Metric("seconds").difference_text(1.5)
        ('0.42 points', '1.5 s')
    """

    name: str

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")

    @property
    def is_share(self) -> bool:
        """Whether it lies between 0 and 1, so that differences are told in percentage points."""
        return self.name.endswith("accuracy")

    @property
    def direction(self) -> int:
        """1 if more is better, -1 if less is."""
        return 1 if self.is_share else -1

    @property
    def scale(self) -> int:
        """What the difference of two values is multiplied with to give its unit."""
        return 100 if self.is_share else 1

    @property
    def unit(self) -> str:
        """The unit of differences: points, s or none."""
        return "points" if self.is_share else "s" if self.name.endswith("seconds") else ""

    def number(self, value: float) -> str:
        """Writes a difference without its unit."""
        return f"{round(value, 2) + 0.0:.2f}" if self.is_share else f"{value + 0.0:.3g}"  # not "-0.00"

    def difference_text(self, value: float) -> str:
        """Writes a difference with its unit."""
        return f"{self.number(value)} {self.unit}".rstrip()


def choose_metric(asked: str | None, available: Collection[str]) -> Metric:
    """The metric to compare by.

    Args:
        asked: a name, or None for validation accuracy, or test accuracy where nothing was held back.
        available: names of the numbers that the finished runs have.

    Returns:
        The metric.

    Raises:
        ConfigError: if the name asked for is none of them.

    Example:
        >>> choose_metric(None, {"test_accuracy", "seconds"}).name
        'test_accuracy'
    """
    if asked is None:
        return Metric(next((name for name in DEFAULT_METRICS if name in available), DEFAULT_METRICS[-1]))
    if available and asked not in available:
        hint = suggest(asked, available).replace("installed:", "metrics:")
        raise ConfigError(f"no finished run has a metric '{asked}'{hint}")
    return Metric(asked)
