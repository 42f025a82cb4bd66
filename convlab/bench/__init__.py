"""Measures convlab, beside PyTorch where that is installed: operations, training steps, errors, memory.

Nothing is timed before its result has been checked, programs that are compared take turns in one process, and
PyTorch is measured at its best: the better of its two layouts, a warm heap, no autograd around single
operations.
"""

from convlab.bench.options import Options
from convlab.bench.report import MEASUREMENTS, Report, measure

__all__ = ["MEASUREMENTS", "Options", "Report", "measure"]
