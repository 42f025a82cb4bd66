"""What plugins do, take and come from, as rows of a Markdown table."""

import inspect
import re
from collections.abc import Iterable, Iterator

from convlab.cli.text import one_line, value_text
from convlab.registry import Offer

_HEADINGS = ("name", "what it is", "settings and defaults", "source")
_UP_TO_YEAR = re.compile(r".*?\b(?:1[6-9]|20)\d\d\b", re.DOTALL)


def markdown_table(offers: Iterable[Offer]) -> Iterator[str]:
    """The lines of a table with a row for each offer, in the order of their names.

    Args:
        offers: of any kinds.

    Yields:
        Lines of Markdown. The source is the first one that the docstring names under ``References:``, up to
        its year.
    """
    yield _row(_HEADINGS)
    yield _row("---" for _ in _HEADINGS)
    for offer in sorted(offers, key=lambda offer: offer.name):
        yield _row((f"`{offer.name}`", _escaped(offer.summary), _settings(offer), _escaped(_source(offer))))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _settings(offer: Offer) -> str:
    fields = [
        name if field.default is field.empty else f"{name}={value_text(field.default)}"
        for name, field in offer.fields.items()
    ]
    return _escaped(", ".join(fields))


def _source(offer: Offer) -> str:
    references = (inspect.getdoc(offer.factory) or "").partition("References:\n")[2]
    found = _UP_TO_YEAR.match(" ".join(references.split()))
    return found[0] if found else ""


def _escaped(text: str) -> str:
    return re.sub(r"([|*_`<>])", r"\\\1", one_line(text))
