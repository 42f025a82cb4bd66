"""Images with a square left out."""

from convlab.plugin import Array, Augmentation, AugmentationContext
from convlab_plugins.checks import require


class Cutout(Augmentation):
    """Covers a square at a random place of every image with the mean color.

    image[h, w] = mean for |h - a| and |w - b| within the square, centre (a, b) ~ U over all pixels

    The centre may lie at the edge, so that part of the square is outside: the paper found that to matter.

    Args:
        size: side of the square in pixels, >= 1.

    Raises:
        ConfigError: if `size` is out of range.

    Example:
        >>> import numpy as np
        >>> images = np.ones((1, 4, 4, 1), np.float32)
        >>> context = AugmentationContext(0, "cutout", 0, 0, np.arange(1), 1, np.zeros(1, np.float32))
        >>> Cutout(size=2).apply(images, context)
        >>> images[0, :, :, 0].tolist()
        [[1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]

    References:
        DeVries, Taylor: Improved regularization of convolutional neural networks with cutout, 2017, section
        3.2; 16 is the paper's size for CIFAR-10, 8 for CIFAR-100.
    """

    def __init__(self, *, size: int = 8) -> None:
        require(size >= 1, "augmentation 'cutout'", "size", size, ">= 1")
        self.size = size

    def apply(self, images: Array, context: AugmentationContext) -> None:
        """Covers the squares in place."""
        centres = context.rng.integers(images.shape[1:3], size=(len(images), 2)).tolist()
        for image, (row, column) in zip(images, centres, strict=True):
            top, left = row - self.size // 2, column - self.size // 2
            image[max(0, top) : top + self.size, max(0, left) : left + self.size] = context.mean
