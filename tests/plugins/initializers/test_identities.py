"""Layers that begin as the identity, or as a part of it."""

from collections.abc import Callable

import numpy as np
import pytest

from convlab import kernels
from convlab.plugin import Array

Initialize = Callable[..., Array]


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3)])
def test_identity_of_dense_layers_is_that_of_torch(shape: tuple[int, int], initialize: Initialize) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    expected = torch.nn.init.eye_(torch.empty(shape)).numpy()
    np.testing.assert_array_equal(initialize("identity", shape), expected)
    np.testing.assert_array_equal(initialize("identity", shape, gain=-2.5), -2.5 * expected)


@pytest.mark.parametrize(("shape", "groups"), [((4, 3, 3, 4), 1), ((6, 2, 5, 2), 3)])
def test_identity_of_convolutions_is_dirac(
    shape: tuple[int, ...], groups: int, initialize: Initialize
) -> None:
    expected = initialize("dirac", shape, groups=groups)
    np.testing.assert_array_equal(initialize("identity", shape, groups=groups), expected)


def test_partial_identity_is_that_of_airbench(initialize: Initialize) -> None:
    weights = initialize("partial_identity", (9, 3, 3, 4))
    rest = initialize("torch_default", (9, 3, 3, 4))
    np.testing.assert_array_equal(weights[4:], rest[4:])
    x = np.random.default_rng(0).standard_normal((2, 5, 5, 4))
    np.testing.assert_array_equal(kernels.conv2d(x, weights, padding="same")[..., :4], x)
    few = initialize("partial_identity", (3, 3, 3, 4))
    np.testing.assert_array_equal(few, initialize("dirac", (3, 3, 3, 4)))


def test_partial_identity_starts_every_group_anew(initialize: Initialize) -> None:
    weights = initialize("partial_identity", (6, 3, 3, 2), groups=2, rest="he_normal")
    rest = initialize("he_normal", (6, 3, 3, 2), groups=2)
    dirac = initialize("dirac", (6, 3, 3, 2), groups=2)
    for own, expected in zip(weights, [*dirac[:2], rest[2], *dirac[3:5], rest[5]], strict=True):
        np.testing.assert_array_equal(own, expected)


@pytest.mark.parametrize("shape", [(5, 5), (3, 8), (8, 3), (6, 4), (12, 5), (1, 1)])
def test_zero_is_identity_or_hadamard(shape: tuple[int, int], initialize: Initialize) -> None:
    """The authors' form: eye(K, p) H_p/2^(m/2) eye(p, C), p = 2^m, m = ceil(log2 K)."""
    filters, channels = shape
    expected = np.eye(filters, channels)
    if filters > channels:
        order = int(np.ceil(np.log2(filters)))
        signs = [[(-1) ** (i & j).bit_count() for j in range(2**order)] for i in range(2**order)]
        expected = np.eye(filters, 2**order) @ np.array(signs) / 2 ** (order / 2) @ np.eye(2**order, channels)
    np.testing.assert_allclose(initialize("zero", shape), expected, atol=1e-15)
    np.testing.assert_allclose(initialize("zero", (filters, 3, 3, channels))[:, 1, 1], expected, atol=1e-15)
    assert np.linalg.matrix_rank(initialize("zero", shape)) == min(shape)


@pytest.mark.parametrize(("role", "value"), [("scale", 1.0), ("shift", 0.0), ("bias", 0.0)])
def test_zero_leaves_vectors_neutral(role: str, value: float, initialize: Initialize) -> None:
    np.testing.assert_array_equal(initialize("zero", (4,), role=role), np.full(4, value))


def crelu(x: Array) -> Array:
    return np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis=-1)


def looks_linear_net(x: Array, initialize: Initialize) -> Array:
    """Two convolutions and two dense layers, each but the last followed by CReLU."""
    x = crelu(kernels.conv2d(x, initialize("looks_linear", (5, 3, 3, 3)), padding="same"))
    x = crelu(kernels.conv2d(x, initialize("looks_linear", (6, 3, 3, 10), layer_index=1), padding="same"))
    pixels = x.shape[1] * x.shape[2]
    flat = x.reshape(len(x), -1)
    flat = crelu(flat @ initialize("looks_linear", (7, flat.shape[1]), layer_index=2, pixels=pixels).T)
    out: Array = flat @ initialize("looks_linear", (4, 14), layer_index=3).T
    return out


def test_looks_linear_network_is_linear(initialize: Initialize) -> None:
    a, b = np.random.default_rng(0).standard_normal((2, 3, 4, 4, 3))
    whole = looks_linear_net(2 * a - 3 * b, initialize)
    parts = 2 * looks_linear_net(a, initialize) - 3 * looks_linear_net(b, initialize)
    np.testing.assert_allclose(whole, parts, atol=1e-12)
    assert np.abs(whole).max() > 0.1


def test_looks_linear_takes_odd_layers_and_the_first_as_orthogonal(initialize: Initialize) -> None:
    for shape, index in (((4, 3, 3, 5), 1), ((4, 3, 3, 6), 0), ((4, 7), 2), ((4,), 1)):
        found = initialize("looks_linear", shape, layer_index=index)
        np.testing.assert_array_equal(found, initialize("orthogonal", shape))
    unfit = initialize("looks_linear", (4, 10), layer_index=1, pixels=3)
    np.testing.assert_array_equal(unfit[:, :5], -unfit[:, 5:])
