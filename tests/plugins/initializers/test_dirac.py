"""Convolutions that begin as the identity."""

from collections.abc import Callable

import numpy as np
import pytest

from convlab import kernels
from convlab.plugin import Array

Initialize = Callable[..., Array]


@pytest.mark.parametrize("size", [(3, 3), (2, 2), (5, 4), (1, 1)])
def test_layer_with_same_padding_is_the_identity(size: tuple[int, int], initialize: Initialize) -> None:
    weights = initialize("dirac", (4, *size, 4)).astype(np.float32)
    x = np.random.default_rng(0).standard_normal((2, 7, 6, 4)).astype(np.float32)
    np.testing.assert_array_equal(kernels.conv2d(x, weights, padding="same"), x)


def test_grouped_layer_is_the_identity(initialize: Initialize) -> None:
    weights = initialize("dirac", (6, 3, 3, 2), groups=3).astype(np.float32)
    x = np.random.default_rng(0).standard_normal((2, 5, 5, 6)).astype(np.float32)
    np.testing.assert_array_equal(kernels.conv2d(x, weights, padding="same", groups=3), x)


def test_surplus_filters_are_zero_and_surplus_channels_lost(initialize: Initialize) -> None:
    more_filters = initialize("dirac", (5, 3, 3, 2))
    np.testing.assert_array_equal(more_filters[:, 1, 1], np.eye(5, 2))
    assert more_filters.sum() == 2
    np.testing.assert_array_equal(initialize("dirac", (2, 3, 3, 5))[:, 1, 1], np.eye(2, 5))


@pytest.mark.parametrize(("shape", "groups"), [((4, 3, 3, 4), 1), ((6, 5, 3, 2), 2), ((8, 3, 3, 1), 4)])
def test_same_as_torch_for_odd_kernels(shape: tuple[int, ...], groups: int, initialize: Initialize) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    filters, height, width, channels = shape
    expected = torch.nn.init.dirac_(torch.empty(filters, channels, height, width), groups)
    np.testing.assert_array_equal(
        initialize("dirac", shape, groups=groups), expected.numpy().transpose(0, 2, 3, 1)
    )
