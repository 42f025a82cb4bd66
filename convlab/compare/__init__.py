"""Runs side by side."""

from convlab.compare.comparison import Comparison, Row, compare
from convlab.compare.render import render
from convlab.compare.statistic import Statistic

# what `compare` is called at the top level, where `convlab.compare` is this package
compare_runs = compare

__all__ = ["Comparison", "Row", "Statistic", "compare", "compare_runs", "render"]
