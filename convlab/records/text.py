"""Text that came from files, made safe to show."""

from typing import Any


def printable(value: Any, limit: int = 200) -> str:
    """Writes a value on one line, with control characters escaped, so that it cannot steer a terminal.

    Args:
        value: anything.
        limit: longest text, in characters; the rest is cut and marked.

    Returns:
        One line of printable text.

    Example:
        >>> printable("a\\x1b[2Jb")
        'a\\\\x1b[2Jb'
    """
    text = "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in str(value)[: limit + 1])
    return text if len(text) <= limit else text[: limit - 3] + "..."
