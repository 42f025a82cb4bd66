"""Foreign text made safe to show."""

import pytest

from convlab.records.text import printable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("größe ±", "größe ±"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b]0;x\x07", "\\x1b]0;x\\x07"),
        ("\u202eabc", "\\u202eabc"),
        ([1, 2], "[1, 2]"),
        (None, "None"),
    ],
)
def test_one_printable_line(value: object, text: str) -> None:
    assert printable(value) == text


def test_long_text_is_cut_and_marked() -> None:
    assert printable("x" * 50, 20) == "x" * 17 + "..."
    assert printable("x" * 20, 20) == "x" * 20
    assert len(printable("\x1b" * 10**6)) <= 200
