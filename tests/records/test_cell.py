"""Names of cells."""

import pytest

from convlab.errors import RecordError
from convlab.records.cell import canonical, cell_name


def test_order_of_keys_and_whole_floats_do_not_matter() -> None:
    first = {"optimizer": {"name": "adam", "lr": 1}, "seed": 0, "betas": (0.5, 1.0)}
    second = {"seed": 0, "betas": [0.5, 1], "optimizer": {"lr": 1.0, "name": "adam"}}
    assert cell_name(first) == cell_name(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"seed": 0}, {"seed": 1}),
        ({"lr": 0.1}, {"lr": 0.1000000001}),
        ({"a": True}, {"a": 1}),
        ({"a": "1"}, {"a": 1}),
        ({"a": None}, {"a": "null"}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": None}, {}),
    ],
)
def test_different_settings_have_different_cells(first: dict[str, object], second: dict[str, object]) -> None:
    assert cell_name(first) != cell_name(second)


def test_a_cell_is_twelve_hexadecimal_digits_and_never_changes() -> None:
    assert cell_name({"lr": 0.001, "name": "adam"}) == "16477b5616ba"


def test_infinite_values_have_a_name() -> None:
    assert canonical({"a": float("inf"), "b": float("nan")}) == '{"a":Infinity,"b":NaN}'


def test_what_is_not_plain_is_refused() -> None:
    with pytest.raises(RecordError, match="not plain data"):
        cell_name({"a": object()})
