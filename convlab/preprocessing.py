"""From stored images (uint8) to what a network sees (float32)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError, ShapeError

# Images whose statistics are summed at a time: bounds memory, and fixes the order of the sums.
_STATISTICS_CHUNK = 1024


@dataclass(frozen=True)
class Preprocessing:
    """Scales images channel by channel: ``(x / 255 - mean) / std``.

    Attributes:
        mean: (C,), float32, of x/255.
        std: (C,), float32, of x/255, > 0.

    Example:
        >>> images = np.array([[[[0], [255]]]], np.uint8)
        >>> Preprocessing.fitted(images, "standardize").apply(images).ravel().round(6).tolist()
        [-1.0, 1.0]
        >>> Preprocessing.fitted(images, "unit").apply(images).ravel().tolist()
        [0.0, 1.0]
    """

    mean: NDArray[np.float32]
    std: NDArray[np.float32]

    @classmethod
    def fitted(
        cls, images: NDArray[np.uint8], method: Literal["standardize", "unit"] = "standardize"
    ) -> "Preprocessing":
        """Finds the scaling for a set of training images.

        Args:
            images: (N, H, W, C), uint8.
            method: ``"standardize"`` for mean 0 and standard deviation 1 in every channel, ``"unit"`` for
                the range 0 to 1.

        Returns:
            The scaling; a channel without variation is only shifted.

        Raises:
            ConfigError: if the method is unknown.
        """
        channels = images.shape[-1]
        if method == "unit":
            return cls(np.zeros(channels, np.float32), np.ones(channels, np.float32))
        if method != "standardize":
            raise ConfigError(f"preprocessing must be one of standardize, unit, got {method!r}")
        # Sums of bytes and of their squares are integers, exact in any order.
        total, square, count = np.zeros(channels, np.int64), np.zeros(channels, np.int64), 0
        for start in range(0, len(images), _STATISTICS_CHUNK):
            chunk = images[start : start + _STATISTICS_CHUNK].reshape(-1, channels).astype(np.int64)
            total += chunk.sum(axis=0)
            square += (chunk * chunk).sum(axis=0)
            count += len(chunk)
        mean = total / max(1, count)
        variance = square / max(1, count) - mean * mean
        std = np.sqrt(np.maximum(variance, 0.0))
        std[std == 0] = 255.0
        return cls((mean / 255).astype(np.float32), (std / 255).astype(np.float32))

    def apply(
        self, images: NDArray[np.uint8], indices: NDArray[np.int64] | None = None, out: Array | None = None
    ) -> Array:
        """Gathers and scales images.

        Args:
            images: (N, H, W, C), uint8.
            indices: which images, (M,); all by default.
            out: buffer (M, H, W, C), float32; made if missing.

        Returns:
            `out`.

        Raises:
            ShapeError: if the images have another number of channels than the scaling.
        """
        if images.shape[-1] != len(self.mean):
            raise ShapeError(
                f"preprocessing: the scaling is for {len(self.mean)} channels, "
                f"the images have {images.shape[-1]} (images.shape={images.shape})"
            )
        if indices is None:
            indices = np.arange(len(images), dtype=np.int64)
        return kernels.normalize_images(images, indices, self.mean, self.std, out=out)
