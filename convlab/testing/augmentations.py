"""The contract of augmentations."""

from typing import Any

import numpy as np

from convlab.contracts.augmentation import Augmentation, AugmentationContext
from convlab.contracts.parameter import Array
from convlab.testing.expectations import NotApplicableError, expect, expect_same
from convlab.testing.global_random import touches_random_states
from convlab.testing.subject import Subject

_COUNT, _SIDE, _CHANNELS = 64, 8, 3
_MEAN = np.array([0.25, 0.5, 0.75], np.float32)


def check_is_an_augmentation(subject: Subject) -> None:
    """The factory makes a `convlab.plugin.Augmentation`."""
    made = subject.build()
    fine = isinstance(made, Augmentation)
    expect(fine, "made", where="at the defaults", got=made, expected="an Augmentation")


def check_changes_images_in_place(subject: Subject) -> None:
    """The images that it is given change, not a copy of them."""
    before = _images()
    changed = not np.array_equal(_augmented(subject, before), before)
    expect(changed, "images", where="after apply", got="unchanged", expected="others, in the same array")


def check_gives_finite_images(subject: Subject) -> None:
    """No pixel becomes NaN or infinite."""
    bad = int((~np.isfinite(_augmented(subject, _images()))).sum())
    expect(bad == 0, "pixels that are NaN or infinite", where="after apply", got=bad, expected="none")


def check_depends_on_the_context_alone(subject: Subject) -> None:
    """The same seed, epoch and step give the same images, also by an object that has worked before."""
    made = _augmentation(subject)
    first = _augmented(subject, _images())
    for step in (3, 0):
        again = _images()
        made.apply(again, _context(step=step))
    expect_same("images", "after the same step again", again, first)


def check_another_seed_gives_another(subject: Subject) -> None:
    """Another seed gives other images, so that runs with several seeds differ."""
    same = np.array_equal(_augmented(subject, _images(), seed=1), _augmented(subject, _images()))
    expect(not same, "images of two seeds", where="after apply", got="the same", expected="others")


def check_varies_over_the_training(subject: Subject) -> None:
    """An image does not look the same in all epochs."""
    looks = [_augmented(subject, _images(), epoch=epoch, step=10 * epoch) for epoch in range(4)]
    same = all(np.array_equal(look, looks[0]) for look in looks)
    expect(not same, "images", where="of four epochs", got="the same", expected="others")


def check_takes_any_batch(subject: Subject) -> None:
    """An empty batch, a single image, one channel and images that are not square are no obstacle."""
    for shape in ((0, 8, 8, 3), (1, 8, 8, 3), (5, 28, 28, 1), (4, 8, 12, 3)):
        _augmented(subject, np.random.default_rng(2).random(shape, np.float32))


def check_leaves_the_context(subject: Subject) -> None:
    """The numbers of the images and the mean stay as they are."""
    context = _context()
    _augmentation(subject).apply(_images(), context)
    expect_same("indices of the context", "after apply", context.indices, np.arange(_COUNT))
    expect_same("mean of the context", "after apply", context.mean, _MEAN)


def check_leaves_global_random_state(subject: Subject) -> None:
    """The random states of NumPy and of Python stay as they were."""
    touched = touches_random_states(lambda: _augmented(subject, _images()))
    expected = "the same; draw from the context"
    expect(not touched, "global random state", where="after apply", got="another", expected=expected)


def _augmented(subject: Subject, images: Array, **moment: int) -> Array:
    changed = images.copy()
    _augmentation(subject).apply(changed, _context(len(images), images.shape[-1], **moment))
    return changed


def _augmentation(subject: Subject) -> Augmentation:
    made = subject.build()
    if not isinstance(made, Augmentation):
        raise NotApplicableError("is no Augmentation")
    return made


def _context(
    count: int = _COUNT, channels: int = _CHANNELS, *, seed: int = 0, epoch: int = 0, step: int = 0
) -> AugmentationContext:
    indices, mean = np.arange(count), _MEAN[:channels].copy()
    return AugmentationContext(seed, "checked", epoch, step, indices, max(1, count), mean)


def _images() -> Any:
    return np.random.default_rng(1).random((_COUNT, _SIDE, _SIDE, _CHANNELS), np.float32)
