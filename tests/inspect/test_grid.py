"""Numbers in lines."""

import numpy as np
import pytest
from rich.text import Text

from convlab.inspect.grid import WIDTH, beside, grid, number, titled, unit_of


def words(lines: list[Text]) -> list[list[str]]:
    return [str(line).split() for line in lines]


def test_columns_are_aligned_and_marks_stand_out() -> None:
    lines = grid(np.array([[1.0, -22.5], [0.0, 333.125]]), 1.0, marked=[(1, 0)])
    assert words(lines) == [["1.000", "-22.500"], ["[0.000]", "333.125"]]
    assert [len(line) for line in lines] == [17, 17]


def test_the_sign_is_a_color() -> None:
    (line,) = grid(np.array([[1.0, -1.0, 0.0]]), 1.0)
    assert [str(span.style) for span in line.spans] == ["red", "blue"]


@pytest.mark.parametrize(
    ("value", "unit"), [(3e-9, 1e-9), (0.009, 1e-3), (0.01, 1.0), (9999.0, 1.0), (10000.0, 1e4), (0.0, 1.0)]
)
def test_small_and_large_numbers_have_a_unit(value: float, unit: float) -> None:
    assert unit_of(np.array([value, -value / 7, np.nan])) == pytest.approx(unit)


def test_the_title_names_the_unit() -> None:
    assert words(titled("dz", np.array([[2e-5]]))) == [["dz,", "in", "1e-05"], ["2.000"]]
    assert words(titled("dz", np.array([[2.0]]))) == [["dz"], ["2.000"]]


def test_blocks_stand_side_by_side_with_the_sign_in_the_middle() -> None:
    blocks = [titled(name, np.full((3, 3), 1.0)) for name in ("a", "b", "c")]
    lines = beside(blocks, ["×", "="])
    assert words(lines)[0] == ["a", "b", "c"]
    assert words(lines)[2] == ["1.000"] * 3 + ["×"] + ["1.000"] * 3 + ["="] + ["1.000"] * 3
    assert max(line.cell_len for line in lines) <= WIDTH


def test_what_is_too_wide_stands_below_each_other() -> None:
    blocks = [titled(name, np.ones((5, 5))) for name in ("a", "b", "c")]
    assert [line for line in words(beside(blocks, ["×", "="])) if len(line) == 1] == [["a"], ["b"], ["c"]]


def test_numbers_have_four_digits() -> None:
    assert [number(value) for value in (12345.6, -0.00001234, 0.0)] == ["1.235e+04", "-1.234e-05", "0"]
