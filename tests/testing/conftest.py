"""Faults to plant: a factory with complete documentation, offered by nobody, and what the kit says of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from convlab.registry import Offer
from convlab.testing import Subject, checks, run_check

DOCSTRING = """A planted fault, which the kit has to find.

f(x) = x

Args:
    lr: base learning rate, > 0.

Example:
    >>> 1 + 1
    2

References:
    Nobody: Nothing, 2000.
"""

Failures = Callable[[str, Callable[..., Any]], dict[str, str]]


@pytest.fixture
def failures() -> Failures:
    """Runs all checks of a kind over a factory; gives the messages of those that failed, by name."""

    def run(kind: str, factory: Callable[..., Any]) -> dict[str, str]:
        if factory.__doc__ is None:
            factory.__doc__ = DOCSTRING
        subject = Subject(Offer(kind, "planted", factory, "planted", "planted", "1"))
        outcomes = [run_check(check, subject) for check in checks(kind)]
        return {item.check.name: item.message for item in outcomes if item.status == "failed"}

    return run


@pytest.fixture
def finds(failures: Failures) -> Callable[..., None]:
    """Holds that a fault is found by the checks that are meant for it, in words."""

    def hold(kind: str, planted: Callable[..., Any], meant: list[str], message: str) -> None:
        found = failures(kind, planted)
        assert list(found) == meant
        assert any(re.search(message, said) for said in found.values()), found

    return hold
