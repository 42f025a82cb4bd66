"""Runs as one page of HTML that works from disk and needs nothing else."""

from convlab.report.page import report_page, write_report

__all__ = ["report_page", "write_report"]
