"""Round numbers along an axis."""

import math
from itertools import pairwise

import pytest

from convlab.report.ticks import linear_ticks, log_ticks


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.1, 0.97), (-3, 40), (1e-6, 3e-6), (0, 1e9)])
def test_they_lie_between_the_ends_at_even_distances(low: float, high: float) -> None:
    values = [value for value, _ in linear_ticks(low, high)]
    assert 3 <= len(values) <= 8
    assert low - 1e-12 <= values[0]
    assert values[-1] <= high * (1 + 1e-9)
    steps = [after - before for before, after in pairwise(values)]
    assert steps == pytest.approx([steps[0]] * len(steps))


def test_epochs_are_whole() -> None:
    assert [name for _, name in linear_ticks(0.96, 3.04, whole=True)] == ["1", "2", "3"]
    assert [name for _, name in linear_ticks(0.5, 12.5, whole=True)] == ["2", "4", "6", "8", "10", "12"]


def test_a_single_value_has_its_name() -> None:
    assert linear_ticks(0.25, 0.25) == [(0.25, "0.25")]


def test_powers_of_ten_stand_at_their_logarithms() -> None:
    assert [(round(place, 9), name) for place, name in log_ticks(-3.2, 0.1)] == [
        (-3, "0.001"),
        (-2, "0.01"),
        (-1, "0.1"),
        (0, "1"),
    ]
    assert len(log_ticks(-30, 30)) <= 8
    assert log_ticks(0, 0.35)[1] == (math.log10(2), "2")
