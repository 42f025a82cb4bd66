"""Mirrored images."""

from convlab.plugin import Array, Augmentation, AugmentationContext
from convlab_plugins.checks import require


class Flip(Augmentation):
    """Mirrors an image left to right with some probability.

    image[h, w] = image[h, W - 1 - w] where u < probability, u ~ U(0, 1) for each image

    Not for digits and letters, whose mirror images mean something else.

    Args:
        probability: in [0, 1].

    Raises:
        ConfigError: if `probability` is out of range.

    Example:
        >>> import numpy as np
        >>> images = np.array([0.0, 0.5, 1.0], np.float32).reshape(1, 1, 3, 1)
        >>> context = AugmentationContext(0, "flip", 0, 0, np.arange(1), 1, np.zeros(1, np.float32))
        >>> Flip(probability=1.0).apply(images, context)
        >>> images.ravel().tolist()
        [1.0, 0.5, 0.0]

    References:
        Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks, 2012,
        section 4.1.
    """

    def __init__(self, *, probability: float = 0.5) -> None:
        require(0 <= probability <= 1, "augmentation 'flip'", "probability", probability, "in [0, 1]")
        self.probability = probability

    def apply(self, images: Array, context: AugmentationContext) -> None:
        """Mirrors the chosen images in place."""
        chosen = context.rng.random(len(images)) < self.probability
        images[chosen] = images[chosen, :, ::-1]
