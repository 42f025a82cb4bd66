"""The contract of datasets."""

from functools import lru_cache
from typing import Any

import numpy as np

from convlab.contracts.dataset import Dataset, Split
from convlab.errors import DataError
from convlab.testing.expectations import NotApplicableError, expect
from convlab.testing.global_random import touches_random_states
from convlab.testing.subject import Subject

# real data repeats itself a little; more than this is a split that went wrong
_LEAK = 0.02


def check_is_a_dataset(subject: Subject) -> None:
    """The factory makes a `convlab.plugin.Dataset`."""
    made = _once(subject)
    expect(isinstance(made, Dataset), "made", where="at the defaults", got=made, expected="a Dataset")


def check_carries_its_name(subject: Subject) -> None:
    """The dataset has the name under which it is offered, which records hold."""
    name = _built(subject).name
    expect(name == subject.offer.name, "name", where="of the dataset", got=name, expected=subject.offer.name)


def check_has_class_names(subject: Subject) -> None:
    """There are two classes or more, with names that differ and can be printed."""
    classes = _built(subject).classes
    printable = all(isinstance(name, str) and name.isprintable() and name for name in classes)
    fine = printable and len(set(classes)) == len(classes) > 1
    expect(fine, "classes", where="of the dataset", got=classes, expected="two or more names, all different")


def check_has_every_class_in_both_splits(subject: Subject) -> None:
    """Training and test images have all classes."""
    dataset = _built(subject)
    for name, split in _splits(dataset):
        missing = sorted(set(range(len(dataset.classes))) - set(np.unique(split.labels).tolist()))
        expect(not missing, "classes without an image", where=f"in {name}", got=missing, expected="none")


def check_uses_the_range_of_bytes(subject: Subject) -> None:
    """Pixels run over the range of a byte, so they were not scaled to 0..1 before."""
    for name, split in _splits(_built(subject)):
        low, high = int(split.images.min()), int(split.images.max())
        fine = high > 128 > low
        expect(fine, "range of pixels", where=f"in {name}", got=(low, high), expected="both sides of 128")


def check_is_contiguous(subject: Subject) -> None:
    """Images lie in memory in their order, as the compiled core reads them."""
    for name, split in _splits(_built(subject)):
        fine = split.images.flags.c_contiguous
        expect(fine, "memory of the images", where=f"in {name}", got=split.images.strides, expected="C order")


def check_has_more_to_learn_from_than_to_test(subject: Subject) -> None:
    """There are more training than test images."""
    dataset = _built(subject)
    train, test = len(dataset.train), len(dataset.test)
    expect(train > test, "training images", where="of the dataset", got=train, expected=f"more than {test}")


def check_keeps_its_splits_apart(subject: Subject) -> None:
    """Test images are not among the training images."""
    dataset = _built(subject)
    seen = {image.tobytes() for image in dataset.train.images}
    share = sum(image.tobytes() in seen for image in dataset.test.images) / max(1, len(dataset.test))
    holds = share <= _LEAK
    where = "of the dataset"
    expect(holds, "share of test images seen in training", where=where, got=share, expected=f"<= {_LEAK}")


def check_is_the_same_every_time(subject: Subject) -> None:
    """Two builds have the same fingerprint."""
    first = _built(subject).fingerprint
    second = _build(subject).fingerprint
    expect(first == second, "fingerprint", where="of a second build", got=second, expected=first)


def check_leaves_global_random_state(subject: Subject) -> None:
    """The random states of NumPy and of Python stay as they were."""
    same = not touches_random_states(lambda: _build(subject))
    expect(same, "global random state", where="after a build", got="another", expected="the same")


def _build(subject: Subject) -> Any:
    try:
        return subject.build()
    except DataError as error:
        raise NotApplicableError(f"needs files or the network: {error}") from None


@lru_cache(maxsize=1)
def _once(subject: Subject) -> Any:
    """The dataset of the checks that only look."""
    return _build(subject)


def _built(subject: Subject) -> Dataset:
    made = _once(subject)
    if not isinstance(made, Dataset):
        raise NotApplicableError("is no Dataset")
    return made


def _splits(dataset: Dataset) -> list[tuple[str, Split]]:
    return [("train", dataset.train), ("test", dataset.test)]
