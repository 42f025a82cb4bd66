"""Weights made for a certain kind of layer."""

from collections.abc import Callable
from math import ceil, sqrt

import numpy as np
import pytest

from convlab import kernels
from convlab.plugin import Array

Initialize = Callable[..., Array]


@pytest.mark.parametrize("sparsity", [0.0, 0.35, 0.9])
@pytest.mark.parametrize("shape", [(50, 40), (30, 3, 3, 5)])
def test_sparse_weights_are_few_and_normal(
    shape: tuple[int, ...], sparsity: float, initialize: Initialize
) -> None:
    """A mean of n squares is off by 5 standard deviations, sqrt(2/n), once in 1.7 million."""
    weights = initialize("sparse", shape, sparsity=sparsity, relu=True).reshape(shape[0], -1)
    inputs = weights.shape[1]
    kept = inputs - ceil(sparsity * inputs)
    np.testing.assert_array_equal((weights != 0).sum(axis=1), kept)
    drawn = weights[weights != 0]
    assert abs((drawn**2).mean() * kept / 2 - 1) < 5 * sqrt(2 / drawn.size)
    assert abs(drawn.mean()) < 5 * sqrt(2 / kept / drawn.size)
    if sparsity == 0.9:  # every input is as likely as any other: chi squared with about n - 1 freedoms
        counts = np.concatenate([initialize("sparse", (200, 20), seed=seed) != 0 for seed in range(20)]).sum(
            axis=0
        )
        assert ((counts - 400) ** 2 / 400).sum() < 19 + 5 * sqrt(2 * 19)


def test_sparse_counts_zeros_as_torch_does_but_by_output(initialize: Initialize) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    for sparsity in (0.1, 0.25, 0.9):
        theirs = torch.nn.init.sparse_(torch.empty(33, 7), sparsity, 0.01).numpy()
        ours = initialize("sparse", (7, 33), sparsity=sparsity, std=0.01)
        np.testing.assert_array_equal((ours == 0).sum(axis=1), (theirs == 0).sum(axis=0))


def test_sparse_keeps_one_connection(initialize: Initialize) -> None:
    np.testing.assert_array_equal((initialize("sparse", (4, 6), sparsity=1.0) != 0).sum(axis=1), 1)
    assert (initialize("sparse", (5,)) != 0).all()


def test_icnr_begins_as_enlargement_without_a_checkerboard(initialize: Initialize) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    weights = initialize("icnr", (18, 3, 3, 4), scale=3)
    x = np.random.default_rng(0).standard_normal((1, 5, 5, 4))
    low = kernels.conv2d(x, weights, padding="same").transpose(0, 3, 1, 2)
    high = torch.nn.functional.pixel_shuffle(torch.from_numpy(np.ascontiguousarray(low)), 3).numpy()
    few = initialize("he_normal", (2, 3, 3, 4))
    nearest = kernels.conv2d(x, few, padding="same").transpose(0, 3, 1, 2).repeat(3, axis=2).repeat(3, axis=3)
    np.testing.assert_allclose(high, nearest, rtol=1e-12)


def test_icnr_leaves_other_layers_alone(initialize: Initialize) -> None:
    for shape, groups in (((6, 3, 3, 4), 1), ((8, 5), 1), ((4,), 1), ((4, 3, 3, 2), 4)):
        found = initialize("icnr", shape, groups=groups, inner="glorot_uniform")
        np.testing.assert_array_equal(found, initialize("glorot_uniform", shape, groups=groups))


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_bilinear_upsampling_interpolates(factor: int, initialize: Initialize) -> None:
    """Against PyTorch's bilinear interpolation, away from the edges, where it repeats pixels."""
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    size = 2 * factor - factor % 2
    weights = initialize("bilinear_upsampling", (3, size, size, 3))
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((1, 3, 6, 6)))
    kernel = torch.from_numpy(weights.transpose(0, 3, 1, 2).copy())
    found = torch.nn.functional.conv_transpose2d(x, kernel, stride=factor, padding=(size - factor) // 2)
    expected = torch.nn.functional.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
    inside = slice(factor, 5 * factor)
    np.testing.assert_allclose(found[..., inside, inside], expected[..., inside, inside], atol=1e-12)


def test_bilinear_upsampling_in_groups(initialize: Initialize) -> None:
    weights = initialize("bilinear_upsampling", (6, 4, 4, 2), groups=2)
    tent = np.array([0.25, 0.75, 0.75, 0.25])
    expected = np.einsum("kc,r,s->krsc", [[1, 0], [0, 1], [0, 0]] * 2, tent, tent)
    np.testing.assert_array_equal(weights, expected)


def test_convolution_aware_kernels_have_orthogonal_spectra(initialize: Initialize) -> None:
    """In one dimension real coefficients are all that a symmetric kernel has; channels 3 to 5 begin anew."""
    weights = initialize("convolution_aware", (4, 1, 5, 6), noise=0.0)
    spectra = np.fft.rfft(weights[:, 0].transpose(0, 2, 1))
    assert np.abs(spectra.imag).max() < 1e-12
    for rows in np.concatenate([spectra.real[:, :3], spectra.real[:, 3:]]):
        products = rows @ rows.T
        np.testing.assert_allclose(products / products[0, 0], np.eye(3), atol=1e-12)


@pytest.mark.parametrize("noise", [0.0, 0.05])
@pytest.mark.parametrize("shape", [(6, 3, 3, 5), (4, 5, 4, 20), (3, 3, 2, 1)])
def test_convolution_aware_weights_have_the_size_of_random_ones(
    shape: tuple[int, ...], noise: float, initialize: Initialize
) -> None:
    weights = initialize("convolution_aware", shape, noise=noise, relu=True)
    assert (weights**2).mean() * np.prod(shape[1:]) == pytest.approx(2.0)
    symmetric = np.roll(weights[:, ::-1, ::-1], 1, axis=(1, 2))  # w(-x) = w(x), round the edges
    assert np.allclose(weights, symmetric) == (noise == 0)


def test_siren_has_its_two_limits(initialize: Initialize) -> None:
    first = initialize("siren", (400, 50))
    assert 0.999 * 30 / 50 < np.abs(first).max() <= 30 / 50
    hidden = initialize("siren", (400, 50), layer_index=1)
    assert 0.999 * sqrt(6 / 50) < np.abs(hidden).max() <= sqrt(6 / 50)
    paper = initialize("siren", (400, 50), layer_index=1, activation_factor=30.0)
    np.testing.assert_allclose(paper, hidden / 30)
    bias = initialize("siren", (5000,), weight_shape=(5000, 16))
    assert 0.999 / 4 < np.abs(bias).max() <= 1 / 4


def test_siren_keeps_the_variance_of_what_sines_are_given(initialize: Initialize) -> None:
    """Theorem 1.8: the inputs of all sines but the first have variance 1; 500 units by 200 points."""
    places = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    signal = np.sin(places @ initialize("siren", (500, 2)).T)
    for layer in range(1, 8):
        given = signal @ initialize("siren", (500, 500), layer_index=layer, seed=layer).T
        assert given.var() == pytest.approx(1.0, rel=0.25)
        signal = np.sin(given)
