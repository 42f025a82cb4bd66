"""Images with more and with less contrast."""

from math import inf

import numpy as np

from convlab.plugin import Array, Augmentation, AugmentationContext
from convlab_plugins.checks import require


class Contrast(Augmentation):
    """Stretches the differences from the mean color of an image by a random factor.

    image = m + f (image - m), f ~ U(lower, upper) for each image, m the mean of each of its channels

    Args:
        lower: least factor, >= 0.
        upper: largest factor, >= `lower` and finite.

    Raises:
        ConfigError: if a factor is out of range.

    Example:
        >>> import numpy as np
        >>> images = np.array([0.2, 0.6], np.float32).reshape(1, 1, 2, 1)
        >>> context = AugmentationContext(0, "contrast", 0, 0, np.arange(1), 1, np.zeros(1, np.float32))
        >>> Contrast(lower=0.5, upper=0.5).apply(images, context)
        >>> images.ravel().astype(np.float64).round(6).tolist()
        [0.3, 0.5]

    References:
        TensorFlow's random_contrast, of which this is the formula, in DeepOBS (Schneider, Balles, Hennig
        2019) with factors from 0.2 to 1.8. PyTorch's ColorJitter takes the mean of the gray image.
    """

    def __init__(self, *, lower: float = 0.2, upper: float = 1.8) -> None:
        require(0 <= lower < inf, "augmentation 'contrast'", "lower", lower, ">= 0 and finite")
        require(lower <= upper < inf, "augmentation 'contrast'", "upper", upper, ">= lower and finite")
        self.lower, self.upper = lower, upper

    def apply(self, images: Array, context: AugmentationContext) -> None:
        """Stretches each image in place."""
        factors = context.rng.uniform(self.lower, self.upper, (len(images), 1, 1, 1))
        means = images.mean(axis=(1, 2), keepdims=True, dtype=np.float64).astype(images.dtype)
        images -= means
        images *= factors.astype(images.dtype)
        images += means
