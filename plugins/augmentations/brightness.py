"""Lighter and darker images."""

from convlab.plugin import Array, Augmentation, AugmentationContext
from convlab_plugins.checks import require


class Brightness(Augmentation):
    """Adds the same random number to all pixels of an image.

    image = image + d, d ~ U(-limit, limit) for each image, pixels being in [0, 1]; not clipped

    Args:
        limit: in [0, 1].

    Raises:
        ConfigError: if `limit` is out of range.

    Example:
        >>> import numpy as np
        >>> images = np.full((1, 1, 2, 1), 0.5, np.float32)
        >>> context = AugmentationContext(0, "brightness", 0, 0, np.arange(1), 1, np.zeros(1, np.float32))
        >>> Brightness(limit=0.2).apply(images, context)
        >>> bool(images[0, 0, 0, 0] == images[0, 0, 1, 0] != 0.5)
        True

    References:
        TensorFlow's random_brightness, of which this is the formula, in DeepOBS (Schneider, Balles, Hennig
        2019) with a limit of 63/255. PyTorch's ColorJitter multiplies instead, and clips.
    """

    def __init__(self, *, limit: float = 63 / 255) -> None:
        require(0 <= limit <= 1, "augmentation 'brightness'", "limit", limit, "in [0, 1]")
        self.limit = limit

    def apply(self, images: Array, context: AugmentationContext) -> None:
        """Shifts all pixels of each image in place."""
        shifts = context.rng.uniform(-self.limit, self.limit, (len(images), 1, 1, 1))
        images += shifts.astype(images.dtype)
