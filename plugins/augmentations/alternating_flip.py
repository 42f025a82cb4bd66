"""Mirrored images in every other epoch."""

from convlab.plugin import Array, Augmentation, AugmentationContext


class AlternatingFlip(Augmentation):
    """Mirrors every image left to right in every other epoch, so that two epochs show both sides of all.

    mirrored if (b_i + epoch) is odd, b_i in {0, 1} drawn once for each training image

    Random flips show a quarter of the images the same way twice in two epochs.

    Example:
        >>> import numpy as np
        >>> images = np.array([0.0, 0.5, 1.0], np.float32).reshape(1, 1, 3, 1)
        >>> flip = AlternatingFlip()
        >>> for epoch in range(2):
        ...     copy = images.copy()
        ...     context = AugmentationContext(
        ...         0, "alternating_flip", epoch, epoch, np.arange(1), 1, np.zeros(1, np.float32)
        ...     )
        ...     flip.apply(copy, context)
        ...     print(copy.ravel().tolist())
        [0.0, 0.5, 1.0]
        [1.0, 0.5, 0.0]

    References:
        Jordan: 94% on CIFAR-10 in 3.29 seconds on a single GPU, 2024, section 3.6. There a hash of the
        image's number takes the place of the drawn bits after the first epoch; the pattern is the same.
    """

    def __init__(self) -> None:
        self._first: Array | None = None

    def apply(self, images: Array, context: AugmentationContext) -> None:
        """Mirrors the images whose turn it is in place."""
        if self._first is None or len(self._first) != context.total:
            self._first = context.choices_of_run().integers(2, size=context.total)
        chosen = (self._first[context.indices] + context.epoch) % 2 == 1
        images[chosen] = images[chosen, :, ::-1]
