"""Plugins that could not be used, as warnings."""

from convlab.cli import console
from convlab.cli.text import one_line
from convlab.registry import registry


def print_problems() -> None:
    """Prints a line on stderr for every plugin that did not load or whose name is taken twice."""
    err = console.progress()
    for problem in registry().problems:
        err.print(f"convlab: warning: {one_line(str(problem))}", style="yellow")
