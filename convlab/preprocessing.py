"""From stored images (uint8) to what a network sees (float32)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError, ShapeError

# Images whose statistics are summed at a time: bounds memory, and fixes the order of the sums.
_STATISTICS_CHUNK = 1024
_LARGEST_GRAY = 255
_PREFIX = "preprocessing."


Method = Literal["standardize", "unit", "per_image"]


@dataclass(frozen=True)
class Preprocessing:
    """Scales images: ``(x / 255 - mean) / std``, with the same numbers for all images or with each its own.

    Attributes:
        mean: (C,), float32, of x/255.
        std: (C,), float32, of x/255, > 0.
        per_image: whether each image is brought to mean 0 and standard deviation 1 over all its pixels and
            channels instead, the deviation being taken as at least 1/sqrt(H W C) of a gray level.

    Example:
        >>> images = np.array([[[[0], [255]]]], np.uint8)
        >>> Preprocessing.fitted(images, "standardize").apply(images).ravel().round(6).tolist()
        [-1.0, 1.0]
        >>> Preprocessing.fitted(images, "unit").apply(images).ravel().tolist()
        [0.0, 1.0]

    References:
        ``per_image`` is TensorFlow's per_image_standardization.
    """

    mean: NDArray[np.float32]
    std: NDArray[np.float32]
    per_image: bool = False

    @classmethod
    def fitted(cls, images: NDArray[np.uint8], method: Method = "standardize") -> "Preprocessing":
        """Finds the scaling for a set of training images.

        Args:
            images: (N, H, W, C), uint8.
            method: ``"standardize"`` for mean 0 and standard deviation 1 in every channel, ``"unit"`` for
                the range 0 to 1, ``"per_image"`` for mean 0 and standard deviation 1 in every image.

        Returns:
            The scaling; a channel without variation is only shifted.

        Raises:
            ConfigError: if the method is unknown.
        """
        channels = images.shape[-1]
        if method not in get_args(Method):
            raise ConfigError(f"preprocessing must be one of {', '.join(get_args(Method))}, got {method!r}")
        if method != "standardize":
            zeros, ones = np.zeros(channels, np.float32), np.ones(channels, np.float32)
            return cls(zeros, ones, per_image=method == "per_image")
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
        if not self.per_image:
            return self._gather(images, indices, out, self.mean, self.std)
        return self.scale(self.gather(images, indices, out))

    def gather(
        self, images: NDArray[np.uint8], indices: NDArray[np.int64] | None = None, out: Array | None = None
    ) -> Array:
        """As `apply`, but leaves the pixels in [0, 1] for `scale`."""
        return self._gather(images, indices, out, np.zeros_like(self.mean), np.ones_like(self.std))

    def scale(self, images: Array) -> Array:
        """Brings images with pixels in [0, 1] to what the network sees, in place.

        Args:
            images: (N, H, W, C), float32.

        Returns:
            `images`.
        """
        if self.per_image:
            pixels = (1, 2, 3)
            mean = images.mean(axis=pixels, keepdims=True, dtype=np.float64)
            std = images.std(axis=pixels, keepdims=True, dtype=np.float64)
            least = 1 / (_LARGEST_GRAY * np.sqrt(max(1, images[:1].size)))
            images -= mean.astype(images.dtype)
            images /= np.maximum(std, least).astype(images.dtype)
        else:
            images -= self.mean
            images /= self.std
        return images

    def to_arrays(self) -> dict[str, Array]:
        """The scaling as arrays by name, ready to be saved with a model; views, not copies."""
        arrays: dict[str, Array] = {f"{_PREFIX}mean": self.mean, f"{_PREFIX}std": self.std}
        if self.per_image:
            arrays[f"{_PREFIX}per_image"] = np.ones(1, np.float32)
        return arrays

    @staticmethod
    def owns(name: str) -> bool:
        """Whether an array of that name is one of `to_arrays`."""
        return name.startswith(_PREFIX)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> "Preprocessing | None":
        """The inverse of `to_arrays`; other arrays are left alone, and without any there is no scaling."""
        if f"{_PREFIX}mean" not in arrays:
            return None
        return cls(
            arrays[f"{_PREFIX}mean"], arrays[f"{_PREFIX}std"], per_image=f"{_PREFIX}per_image" in arrays
        )

    def _gather(
        self,
        images: NDArray[np.uint8],
        indices: NDArray[np.int64] | None,
        out: Array | None,
        mean: NDArray[np.float32],
        std: NDArray[np.float32],
    ) -> Array:
        if images.shape[-1] != len(self.mean):
            raise ShapeError(
                f"preprocessing: the scaling is for {len(self.mean)} channels, "
                f"the images have {images.shape[-1]} (images.shape={images.shape})"
            )
        if indices is None:
            indices = np.arange(len(images), dtype=np.int64)
        return kernels.normalize_images(images, indices, mean, std, out=out)
