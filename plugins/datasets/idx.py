"""The IDX format of MNIST and its relatives, plain or gzipped."""

import gzip
import io
import math
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convlab.errors import DataError

UNSIGNED_BYTE = 0x08
LARGEST_BYTES = 1 << 31
DEFLATE_RATIO = 1032  # deflate cannot expand further than this


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Reads an IDX file of unsigned bytes.

    The file starts with the bytes 0, 0, 8 and the number of dimensions, then each dimension as a big-endian
    32-bit integer, then the data. The size that this header claims is compared with the size of the file
    before anything is allocated, and no more than that is ever decompressed.

    Args:
        path: file to read, gzipped or not: its first bytes tell.
        dimensions: number of dimensions that the array must have.

    Returns:
        The array.

    Raises:
        DataError: if the file cannot be read, is no such file, or is shorter or longer than it claims.

    References:
        Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits", 1998, section
        "File formats".
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            is_gzip = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not is_gzip:
                return _read(path, file, dimensions, size, exact=True)
            with gzip.GzipFile(fileobj=file) as unzipped:
                return _read(path, unzipped, dimensions, size * DEFLATE_RATIO, exact=False)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read as IDX ({error}); get the file again") from error


def _read(
    path: Path, file: io.BufferedReader | gzip.GzipFile, dimensions: int, available: int, exact: bool
) -> NDArray[np.uint8]:
    """`available` bytes at most are there to read: the size of a plain file, a bound for a gzipped one."""
    header = file.read(4 + 4 * dimensions)
    expected = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    if header[:4] != expected:
        raise DataError(
            f"{path}: starts with {header[:4].hex(' ') or 'nothing'}, an IDX file of bytes in {dimensions} "
            f"dimensions with {expected.hex(' ')}; is it the right file?"
        )
    if len(header) < 4 + 4 * dimensions:
        raise DataError(f"{path}: ends within its header, after {len(header)} bytes; get the file again")
    shape = tuple(int.from_bytes(header[at : at + 4], "big") for at in range(4, len(header), 4))
    claimed = math.prod(shape)  # in Python's integers, which do not overflow
    what = f"{path}: claims {' x '.join(map(str, shape))} = {claimed:,} bytes of data"
    left = available - len(header)
    if claimed > left or (exact and claimed != left):
        found = f"{left:,}" if exact else f"no more than {left:,}"
        raise DataError(f"{what}, the file holds {found}; get the file again")
    if claimed > LARGEST_BYTES:
        raise DataError(f"{what}, more than the {LARGEST_BYTES:,} that are read at most; split the file")
    array = np.empty(claimed, dtype=np.uint8)
    done = 0
    while done < claimed and (count := file.readinto(array[done:].data)):
        done += count
    if done < claimed:
        raise DataError(f"{what}, the file holds {done:,}; get the file again")
    if file.read(1):
        raise DataError(f"{what}, but more follow; get the file again")
    return array.reshape(shape)
