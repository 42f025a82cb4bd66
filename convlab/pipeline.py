"""The way of a batch of training images: gathered, augmented, scaled."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from convlab.contracts.augmentation import Augmentation, AugmentationContext
from convlab.contracts.parameter import Array
from convlab.preprocessing import Preprocessing


class Pipeline:
    """Makes the inputs of a training step from stored images.

    Args:
        images: (N, H, W, C), uint8, all training images.
        preprocessing: from pixels to what the network sees.
        augmentations: by name, in the order in which they are applied; none cost nothing.
        seed: of the run.

    Example:
        >>> images = np.zeros((4, 2, 2, 1), np.uint8)
        >>> pipeline = Pipeline(images, Preprocessing.fitted(images, "unit"), {}, seed=0)
        >>> pipeline.batch(np.array([2, 0]), epoch=0, step=0, out=np.empty((2, 2, 2, 1), np.float32)).shape
        (2, 2, 2, 1)
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        preprocessing: Preprocessing,
        augmentations: Mapping[str, Augmentation],
        seed: int,
    ) -> None:
        self._images, self._preprocessing, self._seed = images, preprocessing, seed
        self._augmentations = dict(augmentations)
        self._mean = np.empty(0, np.float32)
        if self._augmentations:
            self._mean = Preprocessing.fitted(images).mean

    def batch(self, indices: NDArray[np.int64], *, epoch: int, step: int, out: Array) -> Array:
        """The inputs of one step.

        Args:
            indices: (M,), which images.
            epoch: whole epochs done before.
            step: steps taken before, over all epochs.
            out: buffer (M, H, W, C), float32.

        Returns:
            `out`.
        """
        if not self._augmentations:
            return self._preprocessing.apply(self._images, indices, out=out)
        self._preprocessing.gather(self._images, indices, out=out)
        for name, augmentation in self._augmentations.items():
            context = AugmentationContext(
                self._seed, name, epoch, step, indices, len(self._images), self._mean
            )
            augmentation.apply(out, context)
        return self._preprocessing.scale(out)
