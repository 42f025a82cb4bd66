"""Augmentations do what their formulas say, and draw from nothing but the seed, their name and the step."""

from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab.plugin import Array, AugmentationContext
from convlab.registry import registry
from convlab_plugins.augmentations import OFFERS

COUNT, SIDE, CHANNELS = 400, 8, 3
MEAN = np.array([0.25, 0.5, 0.75], np.float32)


def images(count: int = COUNT, side: int = SIDE) -> Array:
    return np.random.default_rng(1).random((count, side, side, CHANNELS), np.float32)


def augmented(
    name: str, batch: Array, *, epoch: int = 0, step: int = 0, seed: int = 0, **config: Any
) -> Array:
    context = AugmentationContext(seed, name, epoch, step, np.arange(len(batch)), len(batch), MEAN)
    changed = batch.copy()
    registry().build("augmentation", {"name": name, **config}).apply(changed, context)
    return changed


def mirrored(before: Array, after: Array) -> Array:
    """Which images were mirrored; all others must be as they were."""
    flips = (before[:, :, ::-1] == after).all(axis=(1, 2, 3))
    assert ((before == after).all(axis=(1, 2, 3)) ^ flips).all()
    return flips


@pytest.mark.parametrize("name", list(registry().offers("augmentation")))
def test_the_same_seed_and_step_give_the_same_images_and_others_do_not(name: str) -> None:
    batch = images()
    first = augmented(name, batch)
    assert first.dtype == np.float32
    assert first.shape == batch.shape
    assert np.isfinite(first).all()
    assert not np.array_equal(first, batch)
    np.testing.assert_array_equal(first, augmented(name, batch))
    assert not np.array_equal(first, augmented(name, batch, seed=1))
    if name != "alternating_flip":  # which depends on the epoch alone
        assert not np.array_equal(first, augmented(name, batch, step=1))


@pytest.mark.parametrize("name", list(registry().offers("augmentation")))
def test_an_empty_batch_is_no_obstacle(name: str) -> None:
    assert augmented(name, images(count=0)).shape == (0, SIDE, SIDE, CHANNELS)


def test_flip_mirrors_the_asked_share() -> None:
    share = mirrored(images(), augmented("flip", images(), probability=0.25)).mean()
    assert abs(share - 0.25) < 4 * (0.25 * 0.75 / COUNT) ** 0.5  # four standard errors: one run in 16,000
    assert not mirrored(images(), augmented("flip", images(), probability=0.0)).any()


def test_alternating_flip_shows_both_sides_of_every_image_in_two_epochs() -> None:
    batch = images()
    flips = [mirrored(batch, augmented("alternating_flip", batch, epoch=epoch)) for epoch in range(4)]
    np.testing.assert_array_equal(flips[0], ~flips[1])
    np.testing.assert_array_equal(flips[0], flips[2])
    np.testing.assert_array_equal(flips[1], flips[3])
    assert 0.4 < flips[0].mean() < 0.6


@pytest.mark.parametrize("fill", ["mean", "black", "reflect"])
def test_crop_shows_a_window_of_the_enlarged_image(fill: str) -> None:
    batch, padding = images(count=60), 2
    after = augmented("crop", batch, padding=padding, fill=fill)
    border = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    if fill == "reflect":
        enlarged = np.pad(batch, border, mode="reflect")
    else:
        outside = np.pad(np.zeros_like(batch), border, constant_values=1.0)
        enlarged = np.pad(batch, border) + outside * (MEAN if fill == "mean" else 0.0)
    places = set()
    for image, source in zip(after, enlarged, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(source, (SIDE, SIDE, CHANNELS))[:, :, 0]
        found = np.argwhere((windows == image).all(axis=(2, 3, 4)))
        assert len(found) == 1
        places.add(tuple(found[0]))
    assert {place[0] for place in places} == {place[1] for place in places} == set(range(2 * padding + 1))


def test_cutout_covers_one_square_with_the_mean_color() -> None:
    size = 4
    after = augmented("cutout", images(), size=size)
    covered = (after == MEAN).all(axis=-1)
    np.testing.assert_array_equal(after[~covered], images()[~covered])
    rows, columns = covered.any(axis=2), covered.any(axis=1)
    np.testing.assert_array_equal(covered, rows[:, :, np.newaxis] & columns[:, np.newaxis, :])
    assert rows.sum(axis=1).max() == columns.sum(axis=1).max() == size
    assert rows.sum(axis=1).min() == size // 2  # half of it outside


def test_brightness_adds_one_number_within_the_limit_to_each_image() -> None:
    shifts = augmented("brightness", images(), limit=0.1) - images()
    np.testing.assert_allclose(shifts, np.broadcast_to(shifts[:, :1, :1, :1], shifts.shape), atol=1e-6)
    assert -0.1 <= shifts.min() < -0.09
    assert 0.09 < shifts.max() <= 0.1 + 1e-6


def test_contrast_keeps_the_mean_color_and_scales_what_differs_from_it() -> None:
    batch = images()
    after = augmented("contrast", batch, lower=0.5, upper=2.0)
    means = batch.mean(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(after.mean(axis=(1, 2), keepdims=True), means, atol=1e-6)
    factors = ((after - means) / (batch - means)).reshape(COUNT, -1)
    middle = np.median(factors, axis=1)
    np.testing.assert_allclose(after, means + middle[:, None, None, None] * (batch - means), atol=1e-5)
    assert 0.5 <= middle.min() < 0.55
    assert 1.9 < middle.max() <= 2.0 + 1e-4


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("flip", {"probability": 1.5}, r"probability must be in \[0, 1\], got 1.5"),
        ("crop", {"padding": -1}, "padding must be >= 0, got -1"),
        ("cutout", {"size": 0}, "size must be >= 1, got 0"),
        ("brightness", {"limit": float("nan")}, r"limit must be in \[0, 1\], got nan"),
        ("contrast", {"lower": -0.1}, "lower must be >= 0 and finite, got -0.1"),
        ("contrast", {"lower": 2.0, "upper": 1.0}, "upper must be >= lower and finite, got 1.0"),
    ],
)
def test_settings_out_of_range_are_refused(name: str, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"augmentation '{name}': {message}"):
        OFFERS[name](**config)


def test_crop_cannot_mirror_more_than_the_image_has() -> None:
    with pytest.raises(ConfigError, match="padding must be below the images' size 8 to reflect, got 8"):
        augmented("crop", images(), padding=SIDE, fill="reflect")
