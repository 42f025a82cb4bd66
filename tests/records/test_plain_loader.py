"""libyaml's events give what the parser in Python gives."""

from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from convlab.records.plain_loader import PlainLoader


def outcome(text: str, loader: type) -> Any:
    """The data, or the kind of the error."""
    try:
        return yaml.load(text.encode(), Loader=loader)
    except yaml.YAMLError as error:
        return type(error)


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, '1', 1.0, 1e-05, 1.0e-05, no, ~, .inf, 0x1F, 012, 1:30, 2024-01-01]",
        "a: 1\nb: 2\na: 3",
        "a: |\n  text\n\n  more\nb: >-\n  folded\n  line",
        "\"ä\\u263a\": 'ö'",
        "<<: {a: 1}\nb: 2",
        "a: !!str 1\nb: !!set {x, y}",
        "a: !!python/name:os.system",
        "a: 1\n---\nb: 2",
        "a: [1",
        "a:\tb: c",
        "a: \x00",
        "",
    ],
)
def test_it_is_what_the_loader_in_python_reads(text: str) -> None:
    assert outcome(text, PlainLoader) == outcome(text, yaml.SafeLoader)
