"""Branches side by side give their channels in order, and refuse what does not fit."""

import numpy as np
import pytest

from convlab.errors import ConfigError, ShapeError
from convlab.layers import Concatenate, Conv2D, MaxPool2D
from convlab.model import Model


def test_channels_follow_the_order_of_the_branches() -> None:
    images = np.random.default_rng(0).standard_normal((2, 4, 4, 2)).astype(np.float32)
    first, second = Conv2D(3, 1, kernel_initializer="ones"), Conv2D(1, 1, kernel_initializer="zeros")
    outputs = Model([Concatenate([[first], [second]])], (4, 4, 2)).predict(images)
    np.testing.assert_allclose(outputs[..., :3], images.sum(axis=-1, keepdims=True).repeat(3, -1), rtol=1e-6)
    np.testing.assert_array_equal(outputs[..., 3], 0.0)


def test_branches_of_different_sizes_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"concatenate1: the branches give \(4, 4, 3\), \(2, 2, 1\)"):
        Model([Concatenate([[Conv2D(3, 1)], [MaxPool2D(2)]])], (4, 4, 1))


@pytest.mark.parametrize("branches", [[], [[]], [[MaxPool2D(1)], []]])
def test_a_branch_without_layers_is_refused(branches: list[list[MaxPool2D]]) -> None:
    with pytest.raises(ConfigError, match="at least one branch, and each at least one layer"):
        Concatenate(branches)
