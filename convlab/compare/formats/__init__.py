"""A comparison as a document: plain text, Markdown, LaTeX, CSV or JSON."""

from collections.abc import Callable

from convlab.compare.comparison import Comparison
from convlab.compare.formats.delimited import to_csv
from convlab.compare.formats.json_document import to_json
from convlab.compare.formats.latex import to_latex
from convlab.compare.formats.markdown import to_markdown
from convlab.compare.formats.text import to_text

FORMATS: dict[str, Callable[[Comparison], str]] = {
    "text": to_text,
    "markdown": to_markdown,
    "latex": to_latex,
    "csv": to_csv,
    "json": to_json,
}

__all__ = ["FORMATS", "to_csv", "to_json", "to_latex", "to_markdown", "to_text"]
