"""Training images are augmented and scaled, evaluation's are scaled alone, and no bit depends on a stop."""

from pathlib import Path

import numpy as np
import pytest

import convlab
from convlab.errors import ConfigError
from convlab.pipeline import Pipeline
from convlab.preprocessing import Preprocessing
from convlab_plugins.augmentations.brightness import Brightness
from convlab_plugins.augmentations.flip import Flip

IMAGES = np.random.default_rng(0).integers(0, 256, (20, 6, 6, 3), np.uint8)
INDICES = np.array([3, 19, 0, 3])


def batch(method: str, augmentations: dict[str, object], step: int = 0) -> np.ndarray:
    pipeline = Pipeline(IMAGES, Preprocessing.fitted(IMAGES, method), augmentations, seed=0)
    return pipeline.batch(INDICES, epoch=0, step=step, out=np.empty((4, 6, 6, 3), np.float32))


@pytest.mark.parametrize("method", ["standardize", "unit", "per_image"])
def test_an_augmentation_that_changes_nothing_leaves_the_inputs_as_they_are(method: str) -> None:
    plain = Preprocessing.fitted(IMAGES, method).apply(IMAGES, INDICES)
    np.testing.assert_array_equal(batch(method, {}), plain)
    np.testing.assert_allclose(batch(method, {"flip": Flip(probability=0.0)}), plain, rtol=2e-6, atol=2e-6)


def test_each_image_gets_a_mean_and_deviation_of_its_own() -> None:
    inputs = batch("per_image", {})
    np.testing.assert_allclose(inputs.mean(axis=(1, 2, 3)), 0.0, atol=1e-6)
    np.testing.assert_allclose(inputs.std(axis=(1, 2, 3)), 1.0, rtol=1e-5)
    flat = Preprocessing.fitted(IMAGES, "per_image").apply(np.full((1, 6, 6, 3), 7, np.uint8))
    np.testing.assert_allclose(flat, 0.0, atol=1e-4)  # an image of one color has no deviation to divide by


def test_augmentations_come_in_order_and_before_the_scaling() -> None:
    brighter = batch("per_image", {"brightness": Brightness(limit=0.2)})
    np.testing.assert_allclose(brighter, batch("per_image", {}), atol=1e-5)  # scaling takes a shift away
    assert not np.allclose(batch("unit", {"brightness": Brightness(limit=0.2)}), batch("unit", {}))


def test_a_saved_model_knows_that_images_are_scaled_one_by_one(tmp_path: Path) -> None:
    model = convlab.Model([convlab.layers.Flatten(), convlab.layers.Dense(2)], (6, 6, 3))
    model.preprocessing = Preprocessing.fitted(IMAGES, "per_image")
    model.save(tmp_path / "model.safetensors")
    loaded = convlab.Model([convlab.layers.Flatten(), convlab.layers.Dense(2)], (6, 6, 3), seed=5)
    loaded.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(loaded.predict(IMAGES), model.predict(IMAGES))


SETTINGS = {
    "data": {"name": "synthetic", "train_size": 60, "test_size": 20},
    "augmentations": ["crop", "flip", {"name": "cutout", "size": 3}],
    "preprocessing": "per_image",
    "epochs": 2,
    "batch_size": 16,
}


def test_augmented_training_gives_the_same_losses_again_and_others_than_without(tmp_path: Path) -> None:
    def losses(name: str, **changes: object) -> tuple[float, float]:
        result = convlab.run(SETTINGS | changes | {"runs_dir": str(tmp_path / name)})
        return result.train_loss, result.test_loss

    assert losses("first") == losses("second", threads=2) != losses("third", augmentations=[])


def test_an_augmentation_named_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="augmentations: 'flip' is named twice"):
        convlab.run(SETTINGS | {"augmentations": ["flip", {"name": "flip", "probability": 0.1}]})
