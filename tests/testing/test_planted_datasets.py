"""Faulty datasets, each found by the check that is meant for it and by no other."""

from itertools import count
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Dataset, Split

CLASSES = ("cat", "dog")


def split(seed: int, size: int, **changes: Any) -> Split:
    images = np.random.default_rng(seed).integers(0, 256, (size, 4, 4, 1), np.uint8)
    return Split(changes.get("images", images), changes.get("labels", np.arange(size) % 2))


def good() -> Dataset:
    return Dataset("planted", split(0, 60), split(1, 50), CLASSES)


def gives_the_images() -> Any:
    return good().train.images


def has_another_name() -> Dataset:
    return Dataset("other", split(0, 60), split(1, 50), CLASSES)


def has_one_name_twice() -> Dataset:
    return Dataset("planted", split(0, 60), split(1, 50), ("cat", "cat"))


def has_a_name_that_cannot_be_printed() -> Dataset:
    return Dataset("planted", split(0, 60), split(1, 50), ("cat", "dog\n"))


def leaves_a_class_out_of_the_test() -> Dataset:
    return Dataset("planted", split(0, 60), split(1, 50, labels=np.zeros(50, np.int64)), CLASSES)


def scales_to_one() -> Dataset:
    bits = np.random.default_rng(2).integers(0, 2, (110, 8, 8, 1), np.uint8)
    return Dataset("planted", split(0, 60, images=bits[:60]), split(1, 50, images=bits[60:]), CLASSES)


def turns_images_as_views() -> Dataset:
    turned = split(0, 60).images.swapaxes(1, 2)
    return Dataset("planted", split(0, 60, images=turned), split(1, 50), CLASSES)


def swaps_the_splits() -> Dataset:
    return Dataset("planted", split(1, 50), split(0, 60), CLASSES)


def repeats_the_training_images() -> Dataset:
    train = split(0, 60)
    return Dataset("planted", train, Split(train.images[:50], train.labels[:50]), CLASSES)


_calls = count()


def draws_anew_every_time() -> Dataset:
    return Dataset("planted", split(10 + next(_calls), 60), split(1, 50), CLASSES)


def seeds_everybody() -> Dataset:
    np.random.seed(0)  # noqa: NPY002
    return good()


PLANTED: list[tuple[Any, str, str]] = [
    (gives_the_images, "is_a_dataset", "expected a Dataset"),
    (has_another_name, "carries_its_name", "name of the dataset: got other, expected planted"),
    (has_one_name_twice, "has_class_names", r"classes of the dataset: got \('cat', 'cat'\)"),
    (has_a_name_that_cannot_be_printed, "has_class_names", r"got \('cat', 'dog\\n'\)"),
    (
        leaves_a_class_out_of_the_test,
        "has_every_class_in_both_splits",
        r"classes without an image in test: got \[1\]",
    ),
    (
        scales_to_one,
        "uses_the_range_of_bytes",
        r"range of pixels in train: got \(0, 1\), expected both sides",
    ),
    (turns_images_as_views, "is_contiguous", r"memory of the images in train: got \(16, 1, 4, 1\)"),
    (
        swaps_the_splits,
        "has_more_to_learn_from_than_to_test",
        "training images .*: got 50, expected more than 60",
    ),
    (
        repeats_the_training_images,
        "keeps_its_splits_apart",
        "share of test images seen .*: got 1.0, expected <= 0.02",
    ),
    (draws_anew_every_time, "is_the_same_every_time", "fingerprint of a second build: got "),
    (seeds_everybody, "leaves_global_random_state", "global random state after a build: got another"),
]


@pytest.mark.parametrize(
    ("planted", "check", "message"), PLANTED, ids=lambda item: getattr(item, "__name__", "")
)
def test_the_fault_is_found(planted: Any, check: str, message: str, finds: Any) -> None:
    finds("dataset", planted, [check], message)


def test_nothing_is_found_where_nothing_is_wrong(failures: Any) -> None:
    assert failures("dataset", good) == {}
