"""Faulty augmentations, each found by the check that is meant for it and by no other."""

from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array, Augmentation, AugmentationContext


class Noise(Augmentation):
    def apply(self, images: Array, context: AugmentationContext) -> None:
        images += 0.1 * context.rng.standard_normal(images.shape, np.float32)


def makes_a_function() -> Any:
    return lambda images, context: None


class ChangesACopy(Augmentation):
    def apply(self, images: Array, context: AugmentationContext) -> None:
        images = images + context.rng.standard_normal(images.shape)


class DividesByTheDarkest(Noise):
    def apply(self, images: Array, context: AugmentationContext) -> None:
        super().apply(images, context)
        images[:1, 0] = np.nan


class CountsItsBatches(Noise):
    batches = 0

    def apply(self, images: Array, context: AugmentationContext) -> None:
        self.batches += 1
        super().apply(images, context)
        images += np.float32(self.batches)


class IgnoresTheSeed(Noise):
    def apply(self, images: Array, context: AugmentationContext) -> None:
        images += np.random.default_rng(context.step).standard_normal(images.shape, np.float32)


class DrawsOnceForAll(Noise):
    def apply(self, images: Array, context: AugmentationContext) -> None:
        images += context.choices_of_run().standard_normal(images.shape, np.float32)


class NeedsAnImage(Noise):
    def apply(self, images: Array, context: AugmentationContext) -> None:
        assert images.max() < 1e9
        super().apply(images, context)


class NeedsColors(Noise):
    def apply(self, images: Array, context: AugmentationContext) -> None:
        super().apply(images, context)
        images[..., 2] += 0.1


class ShufflesTheIndices(Noise):
    def apply(self, images: Array, context: AugmentationContext) -> None:
        super().apply(images, context)
        context.indices[:] = context.indices[::-1].copy()


class SeedsEverybody(Noise):
    def apply(self, images: Array, context: AugmentationContext) -> None:
        np.random.seed(context.seed)  # noqa: NPY002
        super().apply(images, context)


PLANTED: list[tuple[Any, list[str], str]] = [
    (makes_a_function, ["is_an_augmentation"], "expected an Augmentation"),
    (
        ChangesACopy,  # nobody sees what it does
        ["changes_images_in_place", "another_seed_gives_another", "varies_over_the_training"],
        "images after apply: got unchanged, expected others, in the same array",
    ),
    (DividesByTheDarkest, ["gives_finite_images"], "pixels that are NaN or infinite after apply: got 24"),
    (CountsItsBatches, ["depends_on_the_context_alone"], "images after the same step again, index"),
    (IgnoresTheSeed, ["another_seed_gives_another"], "images of two seeds after apply: got the same"),
    (DrawsOnceForAll, ["varies_over_the_training"], "images of four epochs: got the same, expected others"),
    (NeedsAnImage, ["takes_any_batch"], "raised ValueError: zero-size array"),
    (NeedsColors, ["takes_any_batch"], "raised IndexError: index 2 is out of bounds"),
    (ShufflesTheIndices, ["leaves_the_context"], "indices of the context after apply, index"),
    (SeedsEverybody, ["leaves_global_random_state"], "global random state after apply: got another"),
]


@pytest.mark.parametrize(
    ("planted", "meant", "message"), PLANTED, ids=lambda item: getattr(item, "__name__", "")
)
def test_the_fault_is_found(planted: Any, meant: list[str], message: str, finds: Any) -> None:
    finds("augmentation", planted, meant, message)


def test_nothing_is_found_where_nothing_is_wrong(failures: Any) -> None:
    assert failures("augmentation", Noise) == {}
