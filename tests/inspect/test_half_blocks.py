"""Filters drawn with characters."""

import numpy as np
import pytest

from convlab.inspect.half_blocks import filter_lines


def test_letters_tell_the_sign_and_the_size() -> None:
    weight = np.array([[1.0, 0.5, 0.0], [-0.5, -1.0, -9.0]])[None, :, :, None]
    assert [str(line) for line in filter_lines(weight, 1.0, 80, colors=False)] == ["##++..", "--===="]


def test_half_blocks_hold_two_pixels() -> None:
    weight = np.array([[1.0], [-1.0], [0.0]])[None, :, :, None]
    first, second = filter_lines(weight, 1.0, 80, colors=True)
    assert (str(first), str(second)) == ("▀", "▀")
    style = first.spans[0].style
    assert (style.color.name, style.bgcolor.name) == ("#b2182b", "#2166ac")  # type: ignore[union-attr]
    style = second.spans[0].style
    assert (style.color.name, style.bgcolor) == ("#ffffff", None)  # type: ignore[union-attr]


@pytest.mark.parametrize(("width", "count"), [(80, 20), (11, 3), (10, 2), (1, 1)])
def test_what_fits_in_the_line_is_drawn(width: int, count: int) -> None:
    lines = filter_lines(np.ones((64, 3, 3, 1)), 1.0, width, colors=True)
    assert {str(line) for line in lines} == {" ".join(["▀▀▀"] * count)}


def test_channels_are_averaged_and_gaps_are_zero() -> None:
    weight = np.array([1.0, -1.0, np.nan])[None, None, None, :]
    assert str(filter_lines(weight, 1.0, 80, colors=False)[0]) == ".."
