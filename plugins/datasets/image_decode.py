"""Encoded images to one array of pixels, on all processors."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.errors import DataError
from convlab_plugins.datasets.image_source import ImageFile

LARGEST_PIXELS = 1 << 26  # of one image as it is stored
LARGEST_BYTES = 1 << 33  # of all images together
FILES_PER_TASK = 128


def decode_images(
    where: str, files: Sequence[ImageFile], size: tuple[int, int] | None, grayscale: bool
) -> NDArray[np.uint8]:
    """Reads and decodes images into one array.

    Args:
        where: the root of the files, for messages.
        files: at least one image file.
        size: (height, width) to resize all images to; by default they must agree.
        grayscale: whether to give one channel instead of three.

    Returns:
        (N, H, W, 1 or 3), in the order of the files.

    Raises:
        DataError: if an image is damaged or too large, or the first one that differs in size.
    """
    first = decode_image(where, files[0], size, grayscale)
    needed = len(files) * first.nbytes
    if needed > LARGEST_BYTES:
        raise DataError(
            f"{where}: {len(files):,} images of {first.shape[0]}x{first.shape[1]} pixels take "
            f"{needed / 2**30:.1f} GiB, more than {LARGEST_BYTES >> 30}; "
            "choose a smaller data.size=[height,width] or fewer images with data.limit_per_class=N"
        )
    images = np.empty((len(files), *first.shape), dtype=np.uint8)

    def decode_range(start: int) -> None:
        for index in range(start, min(start + FILES_PER_TASK, len(files))):
            image = decode_image(where, files[index], size, grayscale)
            if image.shape != first.shape:
                raise DataError(
                    f"{where}: {files[index].name!r} has {image.shape[0]}x{image.shape[1]} pixels, "
                    f"{files[0].name!r} {first.shape[0]}x{first.shape[1]}; "
                    "resize all of them with data.size=[height,width]"
                )
            images[index] = image

    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
    try:
        # In the order of the files: of several faults, the first is reported.
        for _ in pool.map(decode_range, range(0, len(files), FILES_PER_TASK)):
            pass
    finally:
        pool.shutdown(cancel_futures=True)
    return images


def decode_image(
    where: str, file: ImageFile, size: tuple[int, int] | None, grayscale: bool
) -> NDArray[np.uint8]:
    """Reads and decodes one image.

    Args:
        where: the root of the file, for messages.
        file: a PNG or JPEG file.
        size: (height, width) to resize to, bilinearly and with a filter against aliasing.
        grayscale: whether to give one channel instead of three.

    Returns:
        (H, W, 1 or 3).

    Raises:
        DataError: if the image is damaged, too large, or has more than 8 bits per channel.
    """
    from PIL import Image  # not needed once the pixels are in the cache

    data = file.read()
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            width, height = image.size
            if width * height > LARGEST_PIXELS:
                raise DataError(
                    f"it has {width}x{height} pixels, more than {LARGEST_PIXELS:,}; make it smaller"
                )
            if image.mode.startswith(("I", "F")):
                raise DataError("it has more than 8 bits per channel; convert it")
            converted: Any = image.convert("L" if grayscale else "RGB")
        if size is not None and converted.size != size[::-1]:
            converted = converted.resize(size[::-1], Image.Resampling.BILINEAR)
    except DataError as error:
        raise DataError(f"{where}: cannot use {file.name!r}: {error}") from error
    except Exception as error:  # decoders meet damaged files with any kind of exception
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise DataError(f"{where}: cannot decode {file.name!r} ({reason}); repair or remove it") from error
    pixels = np.asarray(converted, dtype=np.uint8)
    return pixels[..., np.newaxis] if grayscale else pixels
