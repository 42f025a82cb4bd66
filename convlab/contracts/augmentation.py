"""What an augmentation is to the engine."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from convlab.contracts.parameter import Array
from convlab.seeding import generator


@dataclass(frozen=True)
class AugmentationContext:
    """The batch that is augmented.

    Attributes:
        seed: of the run.
        name: of the augmentation; two of one run draw different numbers.
        epoch: whole epochs done before this batch.
        step: steps taken before this batch, over all epochs.
        indices: (N,), int64, which training image each image of the batch is.
        total: number of training images.
        mean: (C,), float32, of the training images in [0, 1]; what becomes 0 when inputs are standardized.

    Example:
        >>> context = AugmentationContext(0, "flip", 0, 0, np.arange(2), 2, np.zeros(1, np.float32))
        >>> context.rng is context.rng
        True
    """

    seed: int
    name: str
    epoch: int
    step: int
    indices: NDArray[np.int64]
    total: int
    mean: NDArray[np.float32]

    @cached_property
    def rng(self) -> np.random.Generator:
        """The source of the numbers for this batch alone."""
        return generator(self.seed, "augmentation", self.name, self.step)

    def choices_of_run(self) -> np.random.Generator:
        """A source of numbers that is the same for every batch of the run, from its beginning."""
        return generator(self.seed, "augmentation", self.name)


class Augmentation(ABC):
    """Changes training images at random, so that no epoch shows the same ones.

    It works on copies, in place; evaluation never sees it. All it draws comes from the context, so a run
    that is resumed goes on with the same images, and arms of a comparison that share a seed see the same.

    Example:
        >>> class Noise(Augmentation):
        ...     def apply(self, images, context):
        ...         images += 0.1 * context.rng.standard_normal(images.shape)
        >>> images = np.zeros((1, 2, 2, 1), np.float32)
        >>> Noise().apply(images, AugmentationContext(0, "noise", 0, 0, np.arange(1), 1, np.zeros(1)))
        >>> bool(images.any())
        True
    """

    @abstractmethod
    def apply(self, images: Array, context: AugmentationContext) -> None:
        """Changes a batch in place.

        Args:
            images: (N, H, W, C), float32, pixels in [0, 1] (and beyond, after changes of brightness).
            context: which images these are, and where random numbers come from.
        """
