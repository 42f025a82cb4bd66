"""Shifted images."""

from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convlab.plugin import Array, Augmentation, AugmentationContext
from convlab_plugins.checks import require

_PLUGIN = "augmentation 'crop'"
_FILLS = ("mean", "black", "reflect")


class Crop(Augmentation):
    """Enlarges an image by a border and cuts its old size out at a random place, which shifts it.

    image[h, w] = enlarged[h + a, w + b], a, b ~ U{0, ..., 2 padding} for each image

    Args:
        padding: pixels of the border on every side, >= 0.
        fill: what the border holds: "mean", the mean color of the training images, which is 0 after
            standardization; "black"; or "reflect", the image mirrored at its edge, for a padding below the
            size of the images.

    Raises:
        ConfigError: if a setting is out of range, or the images are too small to be mirrored.

    Example:
        >>> import numpy as np
        >>> images = np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1)
        >>> context = AugmentationContext(0, "crop", 0, 0, np.arange(1), 1, np.zeros(1, np.float32))
        >>> Crop(padding=1, fill="black").apply(images, context)
        >>> images[0, :, :, 0].tolist()
        [[3.0, 4.0, 5.0], [6.0, 7.0, 8.0], [0.0, 0.0, 0.0]]

    References:
        He, Zhang, Ren, Sun: Deep residual learning for image recognition, 2015, section 4.2, with a padding
        of 4. PyTorch's RandomCrop fills with black before inputs are standardized, Keras' models mostly with
        zeros after it, as "mean" does; airbench mirrors.
    """

    def __init__(self, *, padding: int = 4, fill: Literal["mean", "black", "reflect"] = "mean") -> None:
        require(padding >= 0, _PLUGIN, "padding", padding, ">= 0")
        require(fill in _FILLS, _PLUGIN, "fill", fill, f"one of {', '.join(_FILLS)}")
        self.padding, self.fill = padding, fill

    def apply(self, images: Array, context: AugmentationContext) -> None:
        """Shifts the images in place."""
        count, height, width, _ = images.shape
        enlarged = self._enlarged(images, context)
        top, left = context.rng.integers(2 * self.padding + 1, size=(count, 2)).T
        windows = sliding_window_view(enlarged, (height, width), axis=(1, 2))
        images.transpose(0, 3, 1, 2)[...] = windows[np.arange(count), top, left]

    def _enlarged(self, images: Array, context: AugmentationContext) -> Array:
        border = self.padding
        widths = ((0, 0), (border, border), (border, border), (0, 0))
        if self.fill == "reflect":
            size = min(images.shape[1:3])
            require(border < size, _PLUGIN, "padding", border, f"below the images' size {size} to reflect")
            return np.pad(images, widths, mode="reflect")
        count, height, width, channels = images.shape
        shape = (height + 2 * border, width + 2 * border, channels)
        enlarged = np.zeros((count, *shape), images.dtype)
        if self.fill == "mean":
            # Whole images at once: NumPy broadcasts a few channels at a fifteenth of the speed.
            whole = np.tile(context.mean, shape[0] * shape[1])
            enlarged.reshape(count, whole.size)[...] = whole
        enlarged[:, border : border + height, border : border + width] = images
        return enlarged
