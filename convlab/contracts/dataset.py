"""What a dataset is to the engine."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from convlab.errors import DataError


@dataclass(frozen=True)
class Split:
    """Images with their labels.

    Attributes:
        images: (N, H, W, C), uint8, 0 to 255.
        labels: (N,), int64, index of the class.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Dataset:
    """A training and a test split over the same classes.

    Attributes:
        name: what the dataset is called in configs.
        train: images to learn from; the engine takes its validation split from these.
        test: images that are looked at once, at the end.
        classes: names of the classes, by label.

    Raises:
        DataError: if images and labels do not fit each other.

    Example:
        >>> split = Split(np.zeros((2, 8, 8, 1), np.uint8), np.array([0, 1]))
        >>> dataset = Dataset("blank", split, split, ("zero", "one"))
        >>> dataset.image_shape, len(dataset.fingerprint)
        ((8, 8, 1), 16)
    """

    name: str
    train: Split
    test: Split
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        for part, split in (("train", self.train), ("test", self.test)):
            where = f"dataset '{self.name}', {part} split"
            images, labels = split.images, split.labels
            if images.ndim != 4 or images.dtype != np.uint8:
                raise DataError(
                    f"{where}: images must be uint8 of shape (N, H, W, C), "
                    f"got {images.dtype} of shape {images.shape}"
                )
            if labels.dtype != np.int64 or labels.shape != (len(images),):
                raise DataError(
                    f"{where}: labels must be int64 of shape ({len(images)},), "
                    f"got {labels.dtype} of shape {labels.shape}"
                )
            if len(labels) and not 0 <= labels.min() <= labels.max() < len(self.classes):
                raise DataError(
                    f"{where}: labels run from {labels.min()} to {labels.max()}, "
                    f"but there are {len(self.classes)} classes"
                )
        if self.train.images.shape[1:] != self.test.images.shape[1:]:
            raise DataError(
                f"dataset '{self.name}': training images have shape {self.train.images.shape[1:]}, "
                f"test images {self.test.images.shape[1:]}"
            )

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(H, W, C) of every image."""
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all images, labels and class names: 16 hexadecimal digits."""
        digest = sha256("\x1f".join(self.classes).encode())
        for split in (self.train, self.test):
            for array in (split.images, split.labels):
                digest.update(repr(array.shape).encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()[:16]
