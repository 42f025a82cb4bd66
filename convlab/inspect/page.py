"""Lines of an explanation."""

from collections.abc import Iterable

from rich.text import Text

from convlab.inspect.grid import number
from convlab.inspect.rounding import roundings

_LABEL_WIDTH, _VALUE_WIDTH = 40, 12
# more than this is no rounding any more
SUSPICIOUS = 100.0


class Page:
    """Collects the lines of one section.

    Example:
        >>> page = Page()
        >>> page.heading("SUMS")
        >>> page.check_line("one and one", 2.0, 2.0, 2.0)
        >>> print(*page.text, sep="\\n")
        <BLANKLINE>
        SUMS
           one and one                                        2  the same
    """

    def __init__(self) -> None:
        self.text: list[Text] = []

    def heading(self, text: str) -> None:
        """A heading, with an empty line above."""
        self.text += [Text(), Text(text, "bold")]

    def say(self, text: str) -> None:
        """A sentence."""
        self.text.append(Text(f"   {text}"))

    def lines(self, lines: Iterable[Text]) -> None:
        """Ready lines, and an empty one below."""
        self.text += [*lines, Text()]

    def sum_line(self, label: str, value: float) -> None:
        """A number with what it is."""
        self.text.append(Text(f"   {label:<{_LABEL_WIDTH}}{number(value):>{_VALUE_WIDTH}}"))

    def check_line(self, label: str, exact: float, found: float, magnitude: float) -> None:
        """What the compiled core computed, and how far it is from the number above.

        Args:
            label: what it is.
            exact: our own number, computed in float64.
            found: the compiled core's.
            magnitude: sum of the absolute values that were added up.
        """
        self.sum_line(label, float(found))
        self.text[-1].append_text(verdict(roundings(exact, found, magnitude)))

    def whole_check(self, label: str, off: float) -> None:
        """How far a whole array of the compiled core is from ours, in roundings."""
        self.text.append(Text(f"   {label:<{_LABEL_WIDTH + _VALUE_WIDTH}}").append_text(verdict(off)))


def verdict(off: float) -> Text:
    """A difference in roundings, in words.

    Example:
        >>> str(verdict(0.25)), str(verdict(0.0))
        ('  0.25 float32 roundings away', '  the same')
    """
    if off == 0:
        return Text("  the same", "green")
    return Text(f"  {off:.2g} float32 roundings away", "green" if off < SUSPICIOUS else "bold red")
