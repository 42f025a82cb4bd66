"""The convolutions that are measured."""

import numpy as np
import pytest

from convlab.bench.shapes import SHAPES, Shape, operands


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_sizes_are_those_of_the_plan(shape: Shape) -> None:
    given = operands(shape.limited(1))
    plan = shape.limited(1).plan()
    assert plan.output_shape == given.grad.shape
    assert plan.kernel_shape == given.w.shape == shape.kernel_shape


def test_work_counts_every_multiplication_and_addition() -> None:
    assert Shape("tiny", 2, 3, 4, 5, 1).forward_work == 2 * (2 * 4 * 4) * 5 * 3
    assert Shape("depthwise", 1, 8, 4, 8, 3, padding=1, groups=8).forward_work == 2 * (4 * 4) * 8 * 9


def test_names_are_distinct_and_outputs_vary_as_much_as_inputs() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES)
    shape = next(shape for shape in SHAPES if shape.name == "res32").limited(4)
    given = operands(shape)
    plan, y = shape.plan(), np.empty_like(given.grad)
    plan.forward(given.x, given.w, None, y)
    assert 0.5 < y.std() < 1.5
