"""Mean and spread."""

import math
from typing import Any

import numpy as np
import pytest

from convlab.compare.statistic import Statistic


def test_the_deviation_is_the_samples() -> None:
    values = [0.91, 0.95, 0.97, 0.9]
    found = Statistic.of(values)
    assert found is not None
    assert found.n == 4
    assert found.mean == pytest.approx(np.mean(values))
    assert found.deviation == pytest.approx(np.std(values, ddof=1))


def test_one_number_has_no_deviation() -> None:
    assert Statistic.of([0.5]) == Statistic(1, 0.5, None)
    assert Statistic(1, 0.5, None).format() == "0.500"


@pytest.mark.parametrize("value", [None, math.nan, math.inf, "0.9", True, 10**400])
def test_what_is_no_finite_number_is_left_out(value: Any) -> None:
    assert Statistic.of([value]) is None
    assert Statistic.of([value, 0.5]) == Statistic(1, 0.5, None)
