"""Any images that are sorted into one folder per class."""

import json
from collections.abc import Sequence
from hashlib import sha256
from math import prod
from os.path import isfile
from pathlib import Path

import numpy as np

from convlab.errors import ConfigError, DataError
from convlab.plugin import Dataset, Split, cache_directory
from convlab_plugins.datasets.array_cache import CachedArrays, load_arrays, save_arrays
from convlab_plugins.datasets.image_decode import LARGEST_PIXELS, decode_images
from convlab_plugins.datasets.image_source import (
    ClassFolders,
    ImageFile,
    arrange,
    files_of_directory,
    files_of_zip,
    open_zip,
)

FORMAT = 1  # changes when the same files would give other arrays


def image_folder(
    *,
    root: str,
    size: tuple[int, int] | None = None,
    grayscale: bool = False,
    test_fraction: float = 0.2,
    limit_per_class: int | None = None,
) -> Dataset:
    """Your own images: PNG or JPEG files in one folder per class, in a directory or a zip archive.

    Either ``train/<class>/<image>`` and ``test/<class>/<image>``, or ``<class>/<image>``, from which a test
    split is taken that depends on nothing but the names of the files. One folder around it all is skipped.
    Classes are numbered by name. Images are decoded once, on all processors, and kept in the cache
    (``CONVLAB_CACHE_DIR``) until a file or an option changes. Transparency, orientation tags and color
    profiles are ignored.

    Args:
        root: the directory or the zip archive.
        size: (height, width) in pixels to resize all images to; by default they must agree.
        grayscale: whether to give one channel instead of the three of RGB.
        test_fraction: fraction of each class to test on, above 0 and below 1, if there is no test folder.
        limit_per_class: number of images of each class in each split, the first by name; all by default.

    Returns:
        The dataset: images (N, height, width, 3 or 1), classes named after the folders.

    Raises:
        ConfigError: if an argument is out of range.
        DataError: if the root is missing or not laid out so, or an image is damaged or differs in size.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from PIL import Image
        >>> from unittest.mock import patch
        >>> with TemporaryDirectory() as top, patch.dict("os.environ", CONVLAB_CACHE_DIR=top + "/cache"):
        ...     for name in ("cat", "dog"):
        ...         Path(top, "pets", name).mkdir(parents=True)
        ...         for number in range(5):
        ...             Image.new("RGB", (8, 6)).save(f"{top}/pets/{name}/{number}.png")
        ...     dataset = image_folder(root=top + "/pets")
        >>> dataset.train.images.shape, dataset.test.images.shape, dataset.classes
        ((8, 6, 8, 3), (2, 6, 8, 3), ('cat', 'dog'))
    """
    _check(size, test_fraction, limit_per_class)
    top = Path(root).expanduser().absolute()
    options = [FORMAT, str(top), size and list(size), grayscale, test_fraction, limit_per_class]
    if top.is_dir():
        files = files_of_directory(top)
        directory = _cache_of([*options, [(file.parts, file.version) for file in files]])
        cached = load_arrays(directory)
        if cached is None:
            folders = arrange(str(top), files, test_fraction, limit_per_class)
            cached = _decode(top, folders, size, grayscale)
            save_arrays(directory, cached)
        return _dataset(cached)
    if not isfile(top):
        raise DataError(
            f"dataset 'image_folder': no directory or zip archive at {top}; name one with data.root=PATH"
        )
    status = top.stat()
    directory = _cache_of([*options, status.st_size, status.st_mtime_ns])
    cached = load_arrays(directory)
    if cached is None:
        with open_zip(top) as archive:
            folders = arrange(str(top), files_of_zip(top, archive), test_fraction, limit_per_class)
            cached = _decode(top, folders, size, grayscale)
        save_arrays(directory, cached)
    return _dataset(cached)


def _check(size: Sequence[int] | None, test_fraction: float, limit_per_class: int | None) -> None:
    if size is not None and (min(size) < 1 or prod(size) > LARGEST_PIXELS):
        raise ConfigError(
            "dataset 'image_folder': size must be (height, width), each >= 1 and no more than "
            f"{LARGEST_PIXELS:,} pixels together, got {tuple(size)}"
        )
    if not 0 < test_fraction < 1:
        raise ConfigError(
            f"dataset 'image_folder': test_fraction must be above 0 and below 1, got {test_fraction}"
        )
    if limit_per_class is not None and limit_per_class < 1:
        raise ConfigError(f"dataset 'image_folder': limit_per_class must be >= 1, got {limit_per_class}")


def _cache_of(key: Sequence[object]) -> Path:
    return cache_directory() / "image_folder" / sha256(json.dumps(key).encode()).hexdigest()[:32]


def _decode(top: Path, folders: ClassFolders, size: tuple[int, int] | None, grayscale: bool) -> CachedArrays:
    listed: list[tuple[ImageFile, int]] = [*folders.train, *folders.test]
    images = decode_images(str(top), [file for file, _ in listed], size and (size[0], size[1]), grayscale)
    labels = np.array([label for _, label in listed], dtype=np.int64)
    count = len(folders.train)
    return CachedArrays(
        {
            "train_images": images[:count],
            "train_labels": labels[:count],
            "test_images": images[count:],
            "test_labels": labels[count:],
        },
        list(folders.classes),
    )


def _dataset(cached: CachedArrays) -> Dataset:
    arrays = cached.arrays
    return Dataset(
        "image_folder",
        Split(arrays["train_images"], arrays["train_labels"]),
        Split(arrays["test_images"], arrays["test_labels"]),
        tuple(cached.description),
    )
