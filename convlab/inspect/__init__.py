"""Looking into a run: curves, filters, feature maps and the health of its layers."""

from convlab.inspect.curves import draw_curves
from convlab.inspect.feature_maps import draw_feature_maps
from convlab.inspect.film import draw_film
from convlab.inspect.filters import draw_filters
from convlab.inspect.half_blocks import filter_lines
from convlab.inspect.health import health_line, health_table, read_health
from convlab.inspect.kept_filters import read_filters
from convlab.inspect.terminal_curves import terminal_curves

__all__ = [
    "draw_curves",
    "draw_feature_maps",
    "draw_film",
    "draw_filters",
    "filter_lines",
    "health_line",
    "health_table",
    "read_filters",
    "read_health",
    "terminal_curves",
]
