"""Faulty schedules, each found by the check that is meant for it and by no other."""

from collections.abc import Callable
from itertools import count
from math import cos, nan, pi
from typing import Any

import pytest

from convlab.plugin import claims

Planted = Callable[[int, int], Any]


def falls(step: int, total: int) -> float:
    return 1 - step / total


def gives_an_integer(step: int, total: int) -> Any:
    return 1 if step == 0 else falls(step, total)


def has_no_rate_for_one_step(step: int, total: int) -> float:
    return nan if total == 1 else falls(step, total)


def goes_below_zero(step: int, total: int) -> float:
    return cos(2 * pi * step / total)


def begins_at_zero(step: int, total: int) -> float:
    return step / total


def ends_above_the_base_rate(step: int, total: int) -> float:
    return 1.5 if step == total - 1 > 0 else 1.0


def begins_above_the_base_rate(step: int, total: int) -> float:
    return 2.0 - step / total


_calls = count()


def counts_its_calls(step: int, total: int) -> float:
    return 1 / (1 + next(_calls))


@claims(start=1.0)
def claims_the_full_rate_at_the_start(step: int, total: int) -> float:
    return (step + 1) / total


@claims(end=0.0)
def claims_to_end_at_zero(step: int, total: int) -> float:
    return max(0.1, falls(step, total))


@claims(monotone="falling")
def claims_to_fall(step: int, total: int) -> float:
    return (1 + cos(6 * pi * step / total)) / 2


@claims(monotone="down")
def claims_an_unknown_direction(step: int, total: int) -> float:
    return falls(step, total)


PLANTED: list[tuple[Planted, str, str]] = [
    (gives_an_integer, "gives_floats", "factor at step 0 of 1: got 1, expected a float"),
    (has_no_rate_for_one_step, "gives_finite_factors", r"steps without a finite factor of 1: got \[0\]"),
    (goes_below_zero, "is_never_below_zero", "smallest factor of 2 steps: got -1.0, expected >= 0"),
    (begins_at_zero, "learns_something", "largest factor of 1 steps: got 0.0, expected > 0"),
    (ends_above_the_base_rate, "ends_are_at_most_one", "factor at step 1 of 2: got 1.5, expected <= 1"),
    (begins_above_the_base_rate, "ends_are_at_most_one", "factor at step 0 of 1: got 2.0, expected <= 1"),
    (counts_its_calls, "has_no_state", "factors asked for backwards of 7 steps"),
    (claims_the_full_rate_at_the_start, "claimed_start", "factor at step 0 of 4001: got 0.0002.*as claimed"),
    (claims_to_end_at_zero, "claimed_end", "factor at step 4000 of 4001: got 0.1, expected 0.0, as claimed"),
    (claims_to_fall, "claimed_monotone", "steps at which it is not falling of 4001: got "),
    (claims_an_unknown_direction, "claimed_monotone", "claim 'monotone' of schedule 'planted': got down"),
]


@pytest.mark.parametrize(
    ("planted", "check", "message"), PLANTED, ids=lambda item: getattr(item, "__name__", "")
)
def test_the_fault_is_found(planted: Planted, check: str, message: str, finds: Any) -> None:
    finds("schedule", planted, [check], message)


def test_nothing_is_found_where_nothing_is_wrong(failures: Any) -> None:
    good = claims(start=1.0, end=0.0, monotone="falling")(falls)
    assert failures("schedule", good) == {}
