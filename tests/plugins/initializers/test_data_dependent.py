"""Initializers that look at real inputs."""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ConfigError
from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers import OFFERS
from convlab_plugins.initializers.eigen import eigen

DATA_DEPENDENT = ["lsuv", "krahenbuhl", "weight_norm_data", "patch_whitening", "patch_pca", "patch_kmeans"]


def smooth_images(channels: int = 2) -> Array:
    """Images whose neighboring pixels are alike, as real ones are, off zero and of unequal channels."""
    noise = np.random.default_rng(3).standard_normal((64, 12, 12, channels))
    for axis in (1, 2):
        noise = noise + np.roll(noise, 1, axis) + np.roll(noise, 2, axis)
    return (noise * np.arange(1, channels + 1) + 0.5).astype(np.float32)


def conv_spec(shape: tuple[int, ...], *, groups: int = 1, images: Array | None = None) -> InitializerSpec:
    x = smooth_images(shape[3] * groups) if images is None else images

    def outputs(weights: Array) -> Array:
        return kernels.conv2d(x, weights.astype(np.float32), groups=groups)

    return InitializerSpec(
        shape,
        "conv_weight",
        "conv1",
        groups=groups,
        gain=2**0.5,
        sample_input=lambda: x,
        sample_output=outputs,
    )


def fill(name: str, spec: InitializerSpec, **config: Any) -> Array:
    array: Array = OFFERS[name](spec, np.random.default_rng(0), **config)
    return array


def windows(x: Array, shape: tuple[int, ...]) -> Array:
    """All windows of a convolution as rows (N, R S C)."""
    view = np.lib.stride_tricks.sliding_window_view(x.astype(float), shape[1:3], axis=(1, 2))
    return view.transpose(0, 1, 2, 4, 5, 3).reshape(-1, int(np.prod(shape[1:])))


@pytest.mark.parametrize("name", DATA_DEPENDENT)
@pytest.mark.parametrize("shape", [(8, 3, 3, 2), (4, 6)])
def test_without_data_there_is_one_clear_error(name: str, shape: tuple[int, ...]) -> None:
    role = "conv_weight" if len(shape) == 4 else "dense_weight"
    message = rf"^initializer '{name}': needs inputs of 'conv1' to look at, .* use convlab.run$"
    with pytest.raises(ConfigError, match=message):
        fill(name, InitializerSpec(shape, role, "conv1"))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["krahenbuhl", "weight_norm_data"])
def test_a_bias_without_data_is_refused_too(name: str) -> None:
    with pytest.raises(ConfigError, match="needs inputs of 'conv1'"):
        fill(name, InitializerSpec((4,), "bias", "conv1"))
    np.testing.assert_array_equal(fill(name, InitializerSpec((4,), "scale", "norm1")), 1.0)


def test_lsuv_scales_orthonormal_filters_to_unit_variance() -> None:
    spec = conv_spec((6, 3, 3, 2))
    weights = fill("lsuv", spec)
    assert spec.sample_output is not None
    assert spec.sample_output(weights).var() == pytest.approx(1.0, abs=1e-4)
    filters = weights.reshape(6, -1)
    products = filters @ filters.T
    np.testing.assert_allclose(products / products[0, 0], np.eye(6), atol=1e-12)


def test_lsuv_stops_when_it_may() -> None:
    spec = conv_spec((6, 3, 3, 2))
    np.testing.assert_array_equal(fill("lsuv", spec, tolerance=1e9), OFFERS["orthogonal"](spec, rng()))
    dead = conv_spec((6, 3, 3, 2), images=np.zeros((4, 5, 5, 2), np.float32))
    np.testing.assert_array_equal(fill("lsuv", dead), OFFERS["orthogonal"](dead, rng()))


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("name", ["krahenbuhl", "weight_norm_data"])
def test_every_filter_has_outputs_of_mean_zero_and_variance_one(name: str) -> None:
    spec = conv_spec((6, 3, 3, 2))
    weights = fill(name, spec)
    assert spec.sample_output is not None
    outputs = spec.sample_output(weights)
    np.testing.assert_allclose(outputs.std(axis=(0, 1, 2)), 1.0, rtol=1e-5)
    bias_spec = InitializerSpec((6,), "bias", "conv1", sample_output=lambda bias: outputs + bias)
    np.testing.assert_allclose((outputs + fill(name, bias_spec)).mean(axis=(0, 1, 2)), 0, atol=1e-5)


def test_krahenbuhl_keeps_the_directions_of_its_inner_initializer() -> None:
    spec = conv_spec((6, 3, 3, 2))
    inner = OFFERS["glorot_uniform"](spec, rng())
    ratio = fill("krahenbuhl", spec, inner="glorot_uniform") / inner
    np.testing.assert_allclose(ratio, ratio[:, :1, :1, :1].repeat(3, 1).repeat(3, 2).repeat(2, 3))


def test_patch_whitening_is_that_of_airbench() -> None:
    """Against LAPACK on all windows: eigenvectors over sqrt(lambda + 5e-4), then their negatives."""
    shape = (16, 2, 2, 2)
    spec = conv_spec(shape)
    patches = windows(smooth_images(), shape)
    values, vectors = np.linalg.eigh(patches.T @ patches / len(patches))
    expected = (vectors / np.sqrt(values + 5e-4)).T[::-1]
    found = fill("patch_whitening", spec).reshape(16, 8)
    np.testing.assert_allclose(found[8:], -found[:8])
    signs = np.sign((found[:8] * expected).sum(axis=1))
    np.testing.assert_allclose(found[:8], expected * signs[:, np.newaxis], rtol=1e-6, atol=1e-6)
    whitened = patches @ found[:8].T
    np.testing.assert_allclose(whitened.T @ whitened / len(patches), np.eye(8), atol=0.02)


def test_patch_whitening_takes_the_largest_and_fills_up_at_random() -> None:
    whole = fill("patch_whitening", conv_spec((20, 2, 2, 2)))
    few = fill("patch_whitening", conv_spec((6, 2, 2, 2)))
    np.testing.assert_allclose(few, [*whole[:3], *-whole[:3]], rtol=1e-6)
    np.testing.assert_array_equal(whole[16:], OFFERS["normal"](conv_spec((20, 2, 2, 2)), rng(), std=0.5)[16:])


def test_patch_pca_is_that_of_lapack() -> None:
    shape = (5, 3, 3, 2)
    patches = windows(smooth_images(), shape)
    expected = np.linalg.eigh(np.cov(patches.T))[1].T[::-1][:5] * 2**0.5
    found = fill("patch_pca", conv_spec(shape)).reshape(5, 18)
    products = np.abs(found @ expected.T) / 2
    np.testing.assert_allclose(products, np.eye(5), atol=1e-6)


def test_patches_of_groups_are_their_own() -> None:
    images = smooth_images(4)
    grouped = fill("patch_pca", conv_spec((6, 2, 2, 2), groups=2, images=images))
    for group in (0, 1):
        own = fill("patch_pca", conv_spec((3, 2, 2, 2), images=images[..., 2 * group : 2 * group + 2]))
        np.testing.assert_allclose(np.abs(grouped[3 * group : 3 * group + 3]), np.abs(own), rtol=1e-6)


def test_patch_kmeans_finds_planted_patterns() -> None:
    """Rows are one of three patterns at random strength and sign, with a little noise."""
    draw = np.random.default_rng(1)
    patterns = np.array([[1, -1, 0, 0, 0, 0], [0, 0, 1, -1, 0, 0], [0, 0, 0, 0, 1, -1]]) / 2**0.5
    rows = patterns[draw.integers(3, size=3000)] * draw.uniform(-2, 2, (3000, 1))
    rows += 0.01 * draw.standard_normal(rows.shape)
    spec = InitializerSpec((3, 6), "dense_weight", "dense1", sample_input=lambda: rows)
    found = fill("patch_kmeans", spec)
    np.testing.assert_allclose(np.sort(np.abs(found @ patterns.T).max(axis=0)), 1.0, atol=0.01)


def test_patch_kmeans_filters_ignore_flat_patches() -> None:
    weights = fill("patch_kmeans", conv_spec((8, 3, 3, 2)))
    np.testing.assert_allclose(weights.sum(axis=(1, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose((weights**2).sum(axis=(1, 2, 3)), 2.0)


@pytest.mark.parametrize("name", ["patch_whitening", "patch_pca", "patch_kmeans"])
def test_kernels_of_too_many_numbers_are_random(name: str) -> None:
    spec = conv_spec((4, 9, 9, 4))
    expected = OFFERS["variance_scaling"](spec, rng(), scale="auto", distribution="normal")
    np.testing.assert_array_equal(fill(name, spec), expected)


@pytest.mark.parametrize("name", DATA_DEPENDENT)
def test_kernels_larger_than_the_images_work(name: str) -> None:
    x = np.random.default_rng(0).standard_normal((64, 3, 2, 1)).astype(np.float32)
    spec = InitializerSpec(
        (4, 5, 5, 1),
        "conv_weight",
        "conv1",
        sample_input=lambda: x,
        sample_output=lambda w: kernels.conv2d(x, w.astype(np.float32), padding="same"),
    )
    assert np.isfinite(fill(name, spec)).all()


@pytest.mark.parametrize("size", [1, 2, 5, 12, 27, 64])
def test_eigen_agrees_with_lapack(size: int) -> None:
    a = np.random.default_rng(size).standard_normal((size, 2 * size))
    a = a @ a.T
    values, vectors = eigen(a)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(a)[::-1], rtol=1e-11)
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(size), atol=1e-13)
    np.testing.assert_allclose(vectors.T * values @ vectors, a, atol=1e-12 * values[0])
    assert (vectors[np.arange(size), np.abs(vectors).argmax(axis=1)] > 0).all()


@pytest.mark.parametrize("matrix", [np.zeros((3, 3)), np.eye(4), np.ones((5, 5)), np.diag([1.0, 3.0, 2.0])])
def test_eigen_of_special_matrices(matrix: Array) -> None:
    values, vectors = eigen(matrix)
    np.testing.assert_allclose(vectors.T * values @ vectors, matrix, atol=1e-13)
    assert (np.diff(values) <= 1e-13).all()


_DIGEST = """
import hashlib
import numpy as np
from convlab import kernels
from convlab.plugin import InitializerSpec
from convlab_plugins.initializers import OFFERS
x = np.random.default_rng(0).standard_normal((64, 14, 14, 3)).cumsum(axis=1).astype(np.float32)
def outputs(w):
    return kernels.conv2d(x, w.astype(np.float32))
spec = InitializerSpec(
    (24, 5, 5, 3), "conv_weight", "conv1", sample_input=lambda: x, sample_output=outputs
)
digest = hashlib.sha256()
for name in {names}:
    digest.update(OFFERS[name](spec, np.random.default_rng(0)).tobytes())
print(digest.hexdigest())
"""


def test_threads_change_no_bit() -> None:
    script = _DIGEST.format(names=[*DATA_DEPENDENT, "convolution_orthogonal", "orthogonal"])
    digests = []
    for threads in ("1", "2"):
        variables = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "CONVLAB_THREADS")
        environment = {**os.environ, **dict.fromkeys(variables, threads)}
        done = subprocess.run(
            [sys.executable, "-P", "-c", script], capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr
        digests.append(done.stdout)
    assert digests[0] == digests[1]
