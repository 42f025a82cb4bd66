"""Runs side by side, and what follows from them."""

from convlab.compare.comparison import Comparison, compare
from convlab.compare.question import Question
from convlab.compare.render import render
from convlab.compare.row import Row
from convlab.compare.statistic import Statistic

# what `compare` is called at the top level, where `convlab.compare` is this package
compare_runs = compare

__all__ = ["Comparison", "Question", "Row", "Statistic", "compare", "compare_runs", "render"]
