"""CIFAR-10 in its binary version."""

import gzip
import tarfile
import zlib
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from convlab.errors import DataError
from convlab.plugin import Dataset, Split
from convlab_plugins.datasets.files import Source, directories_to_search, fetch_all, find_files, missing

ARCHIVE = Source(
    "cifar-10-binary.tar.gz",
    ("https://www.cs.toronto.edu/~kriz/",),
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
)
DIRECTORY_IN_ARCHIVE = "cifar-10-batches-bin"
TRAIN_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_FILE = "test_batch.bin"
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

CHANNELS, HEIGHT, WIDTH = 3, 32, 32
RECORD_BYTES = 1 + CHANNELS * HEIGHT * WIDTH
LARGEST_BATCH_BYTES = 10_000 * RECORD_BYTES  # what each official file has
LARGEST_ARCHIVE_BYTES = 6 * LARGEST_BATCH_BYTES + (1 << 24)  # six batches and a few notes


def cifar10(*, root: str | None = None) -> Dataset:
    """CIFAR-10: color photographs of 32x32 pixels in ten classes, 50,000 to train on and 10,000 to test.

    The six ``.bin`` files of the binary version, or the archive ``cifar-10-binary.tar.gz`` that holds them,
    are looked for in ``root/cifar10`` and ``root`` (and in ``cifar-10-batches-bin`` in either); without a
    root in ``CONVLAB_DATA_DIR``; else the archive is downloaded once (170 MB), checked against its SHA-256
    and kept in the cache. Each record, a label and three planes of pixels, becomes an image with its channels
    last.

    Args:
        root: directory with the files; nothing is downloaded then.

    Returns:
        The dataset: images (N, 32, 32, 3) in RGB, ten classes "airplane" to "truck".

    Raises:
        DataError: if files are missing, damaged or cannot be downloaded.

    Example:
        >>> cifar10().image_shape  # doctest: +SKIP
        (32, 32, 3)

    References:
        A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", technical report, University
        of Toronto, 2009. The authors state no licence.
    """
    places = directories_to_search("cifar10", root, (DIRECTORY_IN_ARCHIVE,))
    names = (*TRAIN_FILES, TEST_FILE)
    paths = find_files(places, {name: (name,) for name in names})
    if paths is not None:
        return _dataset({name: _read_file(path) for name, path in paths.items()})
    archive = find_files(places, {ARCHIVE.name: (ARCHIVE.name,)})
    if archive is None:
        if root is not None:
            raise missing("cifar10", places, [*names, f"or {ARCHIVE.name}"])
        archive = fetch_all("cifar10", [ARCHIVE], places)
    return _dataset(_read_archive(archive[ARCHIVE.name]))


def _dataset(batches: dict[str, Split]) -> Dataset:
    train = Split(
        np.concatenate([batches[name].images for name in TRAIN_FILES]),
        np.concatenate([batches[name].labels for name in TRAIN_FILES]),
    )
    return Dataset("cifar10", train, batches[TEST_FILE], CLASSES)


def _read_file(path: Path) -> Split:
    try:
        _check_size(str(path), path.stat().st_size)
        return _split(str(path), path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); get the file again") from error


def _read_archive(path: Path) -> dict[str, Split]:
    """The six batches of the archive; nothing is unpacked to disk and members are only compared by name."""
    batches: dict[str, Split] = {}
    try:
        with (
            gzip.open(path) as unzipped,
            tarfile.open(mode="r|", fileobj=_Capped(path, unzipped)) as archive,  # type: ignore[call-overload]
        ):
            for member in archive:
                name = PurePosixPath(member.name).name
                if name not in (*TRAIN_FILES, TEST_FILE):
                    continue
                where = f"{path}, member {name}"
                stream = archive.extractfile(member) if member.isreg() and not member.issparse() else None
                if name in batches or stream is None:
                    raise DataError(f"{where}: comes twice or is no plain file; get the archive again")
                _check_size(where, member.size)
                batches[name] = _split(where, stream.read(member.size))
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise DataError(f"{path}: cannot be read as a .tar.gz ({error}); get the archive again") from error
    absent = [name for name in (*TRAIN_FILES, TEST_FILE) if name not in batches]
    if absent:
        raise DataError(f"{path}: holds no {', '.join(absent)}; is it the binary version of CIFAR-10?")
    return batches


def _check_size(where: str, size: int) -> None:
    if size == 0 or size % RECORD_BYTES or size > LARGEST_BATCH_BYTES:
        raise DataError(
            f"{where}: has {size:,} bytes, not 1 to 10,000 records of {RECORD_BYTES:,}; get the file again"
        )


def _split(where: str, data: bytes) -> Split:
    if len(data) % RECORD_BYTES:
        raise DataError(f"{where}: ends early, after {len(data):,} bytes; get the file again")
    records = np.frombuffer(data, dtype=np.uint8).reshape(-1, RECORD_BYTES)
    labels: NDArray[np.int64] = records[:, 0].astype(np.int64)
    if labels.max() >= len(CLASSES):
        raise DataError(
            f"{where}: labels must be below {len(CLASSES)}, found {labels.max()}; is it a file of CIFAR-10?"
        )
    planes = records[:, 1:].reshape(-1, CHANNELS, HEIGHT, WIDTH)
    return Split(np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels)


class _Capped:
    """A stream for tarfile that gives up on an archive that expands too far."""

    def __init__(self, path: Path, file: gzip.GzipFile) -> None:
        self._path, self._file, self._left = path, file, LARGEST_ARCHIVE_BYTES

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise DataError(
                f"{self._path}: expands to over {LARGEST_ARCHIVE_BYTES:,} bytes; get the archive again"
            )
        return data
