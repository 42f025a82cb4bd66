"""Made-up images."""

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab_plugins.datasets.synthetic import synthetic


def test_the_seed_decides() -> None:
    assert synthetic(seed=3).fingerprint == synthetic(seed=3).fingerprint != synthetic(seed=4).fingerprint


def test_the_fingerprint_stays() -> None:
    assert synthetic().fingerprint == "3ac4010e805798a6"


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 5, 3), (17, 4, 2)])
def test_any_shape_works(shape: tuple[int, int, int]) -> None:
    dataset = synthetic(shape=shape, classes=3, train_size=7, test_size=5)
    assert dataset.image_shape == shape
    assert np.bincount(dataset.train.labels).tolist() == [3, 2, 2]
    assert np.bincount(dataset.test.labels).tolist() == [2, 2, 1]


def test_without_noise_a_class_is_one_picture() -> None:
    split = synthetic(noise=0).train
    assert len(np.unique(split.images.reshape(len(split), -1), axis=0)) == 4


def test_the_patterns_are_smooth() -> None:
    images = synthetic(noise=0, shape=(32, 32, 1)).train.images.astype(int)
    assert np.abs(np.diff(images, axis=1)).max() <= -(-255 * 3 // 31)
    assert np.abs(np.diff(images, axis=2)).max() <= -(-255 * 3 // 31)


def test_the_nearest_mean_of_the_training_images_tells_the_test_images_apart() -> None:
    dataset = synthetic()
    flat, tested = (
        split.images.reshape(len(split), -1).astype(float) for split in (dataset.train, dataset.test)
    )
    means = np.stack([flat[dataset.train.labels == label].mean(axis=0) for label in range(4)])
    nearest = ((tested[:, np.newaxis] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == dataset.test.labels).mean() > 0.95


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("seed", -1, "seed must be >= 0, got -1"),
        ("classes", 0, "classes must be >= 1, got 0"),
        ("train_size", 0, "train_size must be >= 1, got 0"),
        ("test_size", -2, "test_size must be >= 1, got -2"),
        ("noise", 256, "noise must be from 0 to 255, got 256"),
        ("shape", (8, 8), r"shape must be \(height, width, channels\) >= 1, got \(8, 8\)"),
        ("shape", (8, 0, 1), r"shape must be \(height, width, channels\) >= 1, got \(8, 0, 1\)"),
        ("train_size", 10**12, "take over 4 GiB; use fewer or smaller ones"),
        ("classes", 10**12, "take over 4 GiB; use fewer or smaller ones"),
    ],
)
def test_values_out_of_range_are_named(field: str, value: object, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        synthetic(**{field: value})  # type: ignore[arg-type]
