"""Differences in units of rounding."""

import math

import numpy as np

from convlab.inspect.rounding import roundings


def test_the_largest_difference_counts_beside_the_largest_sum() -> None:
    exact, unit = np.array([1.0, 2.0, 4.0]), 2.0**-24
    found = exact + np.array([0.0, 6.0, 2.0]) * unit
    assert roundings(exact, found, np.array([1.0, 2.0, 4.0])) == 1.5
    assert roundings(exact, exact.astype(np.float32), exact) == 0


def test_a_number_from_nothing_is_no_rounding() -> None:
    assert roundings(0.0, 1e-30, 0.0) == math.inf
    assert roundings(0.0, 0.0, 0.0) == 0


def test_rounding_once_costs_at_most_one() -> None:
    exact = np.random.default_rng(0).normal(size=1000)
    for value in exact:
        assert roundings(value, np.float32(value), abs(value)) <= 1
