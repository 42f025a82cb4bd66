"""Looking into a run: curves, filters, feature maps, the health of its layers, one window in numbers."""

from convlab.inspect.convolution import convolutions
from convlab.inspect.curves import draw_curves
from convlab.inspect.draw_portrait import draw_portrait
from convlab.inspect.explain_backward import explain_input_gradient, explain_weight_gradient
from convlab.inspect.explain_channels import explain_channels
from convlab.inspect.explain_forward import explain_forward, explain_likeness
from convlab.inspect.feature_maps import draw_feature_maps
from convlab.inspect.film import draw_film
from convlab.inspect.filters import draw_filters
from convlab.inspect.half_blocks import filter_lines
from convlab.inspect.health import health_line, health_table, read_health
from convlab.inspect.kept_filters import read_filters
from convlab.inspect.place import Place
from convlab.inspect.portrait import (
    Portrait,
    activation_portrait,
    initializer_portrait,
    portrait_lines,
    schedule_portrait,
)
from convlab.inspect.terminal_curves import terminal_curves

__all__ = [
    "Place",
    "Portrait",
    "activation_portrait",
    "convolutions",
    "draw_curves",
    "draw_feature_maps",
    "draw_film",
    "draw_filters",
    "draw_portrait",
    "explain_channels",
    "explain_forward",
    "explain_input_gradient",
    "explain_likeness",
    "explain_weight_gradient",
    "filter_lines",
    "health_line",
    "health_table",
    "initializer_portrait",
    "portrait_lines",
    "read_filters",
    "read_health",
    "schedule_portrait",
    "terminal_curves",
]
