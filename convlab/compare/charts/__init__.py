"""Charts of a comparison as SVG that can stand in a page: text and lines take the page's color."""

from convlab.compare.charts.profile_chart import profile_chart
from convlab.compare.charts.rank_diagram import rank_diagram
from convlab.compare.charts.sensitivity_chart import sensitivity_chart

__all__ = ["profile_chart", "rank_diagram", "sensitivity_chart"]
