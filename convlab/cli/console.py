"""The two streams: results on stdout, progress on stderr. rich heeds NO_COLOR, TERM=dumb and pipes."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# a pipe has no width: nothing is cut or wrapped there
UNBOUNDED = 100_000


def output() -> "Console":
    """A console for results."""
    return _console(stderr=False, terminal=sys.stdout.isatty())


def progress() -> "Console":
    """A console for progress and remarks."""
    return _console(stderr=True, terminal=sys.stderr.isatty())


def shows_bars(console: "Console") -> bool:
    """Whether the console can redraw a line."""
    return console.is_terminal and not console.is_dumb_terminal


def _console(*, stderr: bool, terminal: bool) -> "Console":
    from rich.console import Console  # which takes a while, and a long list on stdout does without it

    width = None if terminal else UNBOUNDED
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False, soft_wrap=True)
