"""Images made up from a seed."""

import numpy as np
from numpy.typing import NDArray

from convlab.errors import ConfigError
from convlab.plugin import Dataset, Split, generator

CELLS = 3  # the pattern of a class is smooth between (CELLS + 1)^2 random gray levels
LARGEST_BYTES = 1 << 32


def synthetic(
    *,
    seed: int = 0,
    shape: tuple[int, int, int] = (16, 16, 1),
    classes: int = 4,
    train_size: int = 512,
    test_size: int = 128,
    noise: int = 64,
) -> Dataset:
    """Made-up images: a smooth random pattern for each class, with noise on each image.

    An image of class k is clip(pattern_k + n, 0, 255): pattern_k interpolates a grid of 4x4 random gray
    levels, and n is uniform on the integers -noise..noise, drawn for every pixel. All arithmetic is in
    integers, so the same arguments give the same images on every machine. Class sizes differ by one at most.

    Args:
        seed: what everything is drawn from, >= 0.
        shape: (height, width, channels) of an image, each >= 1.
        classes: number of classes, >= 1.
        train_size: number of training images, >= 1.
        test_size: number of test images, >= 1.
        noise: largest change of a pixel, in gray levels, 0 to 255.

    Returns:
        The dataset: images (N, height, width, channels), classes "0", "1" and so on.

    Raises:
        ConfigError: if an argument is out of range or the images would take more than 4 GiB.

    Example:
        >>> dataset = synthetic(shape=(8, 8, 3), classes=2, train_size=6, test_size=2)
        >>> dataset.train.images.shape, sorted(dataset.train.labels.tolist())
        ((6, 8, 8, 3), [0, 0, 0, 1, 1, 1])
    """
    _check(seed=seed, classes=classes, train_size=train_size, test_size=test_size, noise=noise)
    if len(shape) != 3 or min(shape) < 1:
        raise ConfigError(f"dataset 'synthetic': shape must be (height, width, channels) >= 1, got {shape}")
    height, width, channels = shape
    count = max(classes, train_size + test_size)
    if count * height * width * channels > LARGEST_BYTES:
        raise ConfigError(
            f"dataset 'synthetic': {count} images of shape {tuple(shape)} take over 4 GiB; "
            "use fewer or smaller ones"
        )
    patterns = np.stack([_pattern(seed, label, height, width, channels) for label in range(classes)])
    splits = {
        name: _split(seed, name, patterns, size, noise)
        for name, size in (("train", train_size), ("test", test_size))
    }
    return Dataset("synthetic", splits["train"], splits["test"], tuple(map(str, range(classes))))


def _check(**values: int) -> None:
    for name, value in values.items():
        least = 0 if name in ("seed", "noise") else 1
        if value < least or (name == "noise" and value > 255):
            allowed = "from 0 to 255" if name == "noise" else f">= {least}"
            raise ConfigError(f"dataset 'synthetic': {name} must be {allowed}, got {value}")


def _pattern(seed: int, label: int, height: int, width: int, channels: int) -> NDArray[np.int16]:
    """(height, width, channels): random gray levels, interpolated linearly in both directions."""
    corners = generator(seed, "synthetic", "pattern", label).integers(
        0, 256, (CELLS + 1, CELLS + 1, channels), dtype=np.int64
    )
    rows = _interpolate(corners, height)
    return _interpolate(rows.swapaxes(0, 1), width).swapaxes(0, 1).astype(np.int16)


def _interpolate(levels: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Stretches the first axis to `size` points, rounding down."""
    steps = max(size - 1, 1)
    position = np.arange(size, dtype=np.int64) * CELLS
    left = np.minimum(position // steps, CELLS - 1)
    weight = (position - left * steps).reshape(-1, *[1] * (levels.ndim - 1))
    stretched: NDArray[np.int64] = (levels[left] * (steps - weight) + levels[left + 1] * weight) // steps
    return stretched


def _split(seed: int, name: str, patterns: NDArray[np.int16], size: int, noise: int) -> Split:
    rng = generator(seed, "synthetic", name)
    labels = rng.permutation(np.arange(size, dtype=np.int64) % len(patterns))
    images = np.empty((size, *patterns.shape[1:]), dtype=np.uint8)
    for index, label in enumerate(labels):
        change = rng.integers(-noise, noise, patterns.shape[1:], dtype=np.int16, endpoint=True)
        np.clip(patterns[label] + change, 0, 255, out=images[index], casting="unsafe")
    return Split(images, labels)
