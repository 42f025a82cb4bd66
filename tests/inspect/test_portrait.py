"""What plugins look like."""

from typing import Any

import numpy as np

from convlab.contracts.activation import Activation
from convlab.inspect import activation_portrait, initializer_portrait, portrait_lines, schedule_portrait


class Reciprocal(Activation):
    def value(self, x: Any, out: Any) -> None:
        with np.errstate(divide="ignore"):
            np.divide(1, x, out=out)

    def derivative(self, x: Any, out: Any) -> None:
        out[...] = 0.5


def test_values_that_are_not_finite_are_left_out() -> None:
    curve = activation_portrait(Reciprocal()).curve
    assert len(curve.line.points) == 160
    assert curve.line.points[0] == (-4.0, -0.25)
    assert {y for _, y in curve.marks.points} == {0.5}


def test_a_schedule_is_drawn_over_its_steps() -> None:
    curve = schedule_portrait([1.0, 0.5, 0.25]).curve
    assert curve.axis == "step"
    assert curve.line.points == [(0.0, 1.0), (1.0, 0.5), (2.0, 0.25)]


def test_an_initializer_has_filters_and_singular_values() -> None:
    weight = np.diag([3.0, 1.0]).reshape(2, 1, 1, 2)
    portrait = initializer_portrait(np.ones((2, 3, 3, 1)), weight)
    assert [round(y, 6) for _, y in portrait.curve.line.points] == [3.0, 1.0]
    lines = [str(line) for line in portrait_lines(portrait, 60, colors=False, encoding="ascii")]
    assert lines[:4] == ["filters, +-1: # above 0, = below", *["###### ######"] * 3]
    assert lines[5] == "* singular values of 2 filters 1x1x2"


def test_zeros_are_drawn_too() -> None:
    zeros = np.zeros((2, 3, 3, 1))
    lines = portrait_lines(initializer_portrait(zeros, zeros), 60, colors=True, encoding="utf-8")
    assert str(lines[0]) == "filters, +-1 as red and blue"


def test_nothing_finite_leaves_the_plot_out() -> None:
    assert portrait_lines(schedule_portrait([float("nan")]), 60, colors=False) == []
