"""A comparison as plain text, as wide as its tables."""

import io

from rich.console import Console

from convlab.compare.comparison import Comparison
from convlab.compare.render import UNBOUNDED, render


def to_text(comparison: Comparison) -> str:
    """Writes what `render` prints with all details, without colors.

    Args:
        comparison: of the runs.

    Returns:
        Lines of text.
    """
    page = io.StringIO()
    console = Console(file=page, width=UNBOUNDED, force_terminal=False, color_system=None)
    render(comparison, console, details=True)
    return page.getvalue()
