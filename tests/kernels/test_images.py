"""Gathering and normalizing images."""

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ShapeError

MEAN, STD = [0.5, 0.4, 0.3, 0.2], [0.25, 0.3, 0.35, 0.4]


def formula(images, indices):
    channels = images.shape[-1]
    return (images[indices] / 255 - MEAN[:channels]) / STD[:channels]


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (5, 7, 3), (1, 1, 1), (9, 3, 4), (3, 3, 2)])
def test_agrees_with_the_formula(shape, each_isa, guarded_array):
    images = np.random.default_rng(0).integers(0, 256, (10, *shape)).astype(np.uint8)
    indices = np.array([3, 9, 0, 3, 7])
    mean, std = MEAN[: shape[-1]], STD[: shape[-1]]
    expected = formula(images, indices)
    result = kernels.normalize_images(images, indices, mean, std)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=0, atol=5e-7)
    out = guarded_array(np.zeros_like(result))
    kernels.normalize_images(guarded_array(images, writable=False), indices, mean, std, out=out)
    np.testing.assert_array_equal(out, result)


def test_same_bits_for_any_number_of_threads(each_isa):
    images = np.random.default_rng(0).integers(0, 256, (70, 32, 32, 3)).astype(np.uint8)
    results = set()
    for count in (1, 2, 3, 4):
        with kernels.use_threads(count):
            results.add(kernels.normalize_images(images, np.arange(70)[::-1], MEAN[:3], STD[:3]).tobytes())
    assert len(results) == 1


def test_empty_choice(each_isa):
    images = np.zeros((2, 4, 4, 1), np.uint8)
    assert kernels.normalize_images(images, [], [0.5], [0.5]).shape == (0, 4, 4, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: kernels.normalize_images(x, [0, 2], [0], [1]), r"indices\[1\]=2 is outside \[0, 2\)"),
        (lambda x: kernels.normalize_images(x, [-1], [0], [1]), r"indices\[0\]=-1 is outside"),
        (lambda x: kernels.normalize_images(x, [0.5], [0], [1]), "indices must be integers"),
        (lambda x: kernels.normalize_images(x, [0], [0, 0], [1]), "one value per channel .1., got 2 and 1"),
        (lambda x: kernels.normalize_images(x, [0], [0], [0]), r"std\[0\] must be above 0, got 0.0"),
        (lambda x: kernels.normalize_images(x.astype(float), [0], [0], [1]), "images must be uint8"),
        (lambda x: kernels.normalize_images(x[0], [0], [0], [1]), "images must be uint8"),
        (
            lambda x: kernels.normalize_images(x, [0], [0], [1], out=np.empty(3, np.float32)),
            "out must have shape",
        ),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ShapeError, match=message):
        call(np.zeros((2, 4, 4, 1), np.uint8))
