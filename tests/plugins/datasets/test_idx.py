"""The IDX reader and hostile files."""

import gzip
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from convlab.errors import DataError
from convlab_plugins.datasets.idx import read_idx

LABELS = bytes([0, 0, 8, 1])


@pytest.mark.parametrize("shape", [(5,), (0,), (3, 4, 2), (0, 28, 28)])
@pytest.mark.parametrize("name", ["file", "file.gz"])
def test_what_was_written_is_read(
    tmp_path: Path, write_idx: Callable[..., Path], shape: tuple[int, ...], name: str
) -> None:
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    read = read_idx(write_idx(tmp_path / name, array), len(shape))
    assert np.array_equal(read, array)
    assert read.shape == shape


def _claiming(count: int, data: bytes = b"12345", dimensions: int = 1) -> bytes:
    return bytes([0, 0, 8, dimensions]) + struct.pack(f">{dimensions}I", *[count] * dimensions) + data


HOSTILE = {
    "empty": (b"", 1, "starts with nothing, an IDX file of bytes in 1 dimensions with 00 00 08 01"),
    "other format": (b"\x89PNG\r\n\x1a\n", 1, "starts with 89 50 4e 47"),
    "floats": (b"\0\0\x0d\x01\0\0\0\0", 1, "starts with 00 00 0d 01"),
    "images for labels": (_claiming(1, b"1", 3), 1, "starts with 00 00 08 03"),
    "header cut": (LABELS + b"\0\0", 1, "ends within its header, after 6 bytes"),
    "too short": (_claiming(6), 1, "claims 6 = 6 bytes of data, the file holds 5"),
    "too long": (_claiming(4), 1, "claims 4 = 4 bytes of data, the file holds 5"),
    "huge": (_claiming(2**32 - 1, dimensions=3), 3, "= 79,228,162,458,924,105,385,300,197,375 bytes of data"),
    "overflowing to 0": (_claiming(2**31, dimensions=3), 3, "= 9,903,520,314,283,042,199,192,993,792 bytes"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused(tmp_path: Path, case: str) -> None:
    content, dimensions, text = HOSTILE[case]
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_idx(path, dimensions)
    assert str(caught.value).startswith(f"{path}: ")
    assert text in str(caught.value)


HOSTILE_GZIP = {
    "too short": (_claiming(6), 1, "claims 6 = 6 bytes of data, the file holds 5; get the file again"),
    "too long": (_claiming(4), 1, "claims 4 = 4 bytes of data, but more follow; get the file again"),
    "huge": (
        _claiming(2**31),
        1,
        "claims 2147483648 = 2,147,483,648 bytes of data, the file holds no more than",
    ),
}


@pytest.mark.parametrize("case", HOSTILE_GZIP)
def test_a_hostile_gzip_is_refused(tmp_path: Path, case: str) -> None:
    content, dimensions, text = HOSTILE_GZIP[case]
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(content))
    with pytest.raises(DataError) as caught:
        read_idx(path, dimensions)
    assert text in str(caught.value)


@pytest.mark.parametrize("keep", [1, 2, 12, -9, -1])
def test_a_cut_gzip_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(_claiming(1000, bytes(1000)))[:keep])
    with pytest.raises(DataError, match=r"labels\.gz: (cannot be read as IDX|starts with)"):
        read_idx(path, 1)


def test_flipped_bits_in_a_gzip_are_found(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(_claiming(1000, bytes(range(250)) * 4), compresslevel=0))
    data[500] ^= 1
    path = tmp_path / "labels.gz"
    path.write_bytes(data)
    with pytest.raises(DataError, match="CRC check failed"):
        read_idx(path, 1)


@pytest.mark.parametrize("claimed", [10, 2**31])
def test_a_gzip_bomb_is_not_expanded(tmp_path: Path, claimed: int) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as file:
        file.write(_claiming(claimed, b""))
        for _ in range(64):
            file.write(bytes(1 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="more follow|no more than"):
            read_idx(path, 1)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1 << 21


def test_a_size_that_the_file_could_hold_has_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.write(_claiming(2**31 + 1, b""))
        file.truncate(8 + 2**31 + 1)
    with pytest.raises(DataError, match="more than the 2,147,483,648 that are read at most"):
        read_idx(path, 1)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="absent: cannot be read as IDX .*No such file"):
        read_idx(tmp_path / "absent", 1)
