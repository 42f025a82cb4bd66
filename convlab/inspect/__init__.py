"""Looking into a run: its curves in the terminal and as a picture, its filters before and after."""

from convlab.inspect.curves import draw_curves
from convlab.inspect.filters import draw_filters
from convlab.inspect.terminal_curves import terminal_curves

__all__ = ["draw_curves", "draw_filters", "terminal_curves"]
