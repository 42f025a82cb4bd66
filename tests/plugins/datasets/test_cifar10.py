"""CIFAR-10: its binary files and its archive."""

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from convlab.errors import DataError
from convlab_plugins.datasets.cifar10 import ARCHIVE, RECORD_BYTES, TEST_FILE, TRAIN_FILES, cifar10

NAMES = (*TRAIN_FILES, TEST_FILE)


def _batch(number: int) -> bytes:
    """Two records; the pixel at row 1, column 2 is (10, 20, 30) + number, all others are 0."""
    planes = np.zeros((2, 3, 32, 32), np.uint8)
    planes[:, :, 1, 2] = np.array([10, 20, 30]) + number
    labels = np.array([[number], [9 - number]], np.uint8)
    return np.hstack([labels, planes.reshape(2, -1)]).tobytes()


BATCHES = {name: _batch(number) for number, name in enumerate(NAMES)}


def _write_files(directory: Path, batches: Mapping[str, bytes] = BATCHES) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in batches.items():
        (directory / name).write_bytes(content)
    return directory


def _write_archive(directory: Path, batches: Mapping[str, bytes] = BATCHES) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    with tarfile.open(directory / ARCHIVE.name, "w:gz") as archive:
        for name, content in {"readme.html": b"hello", **batches}.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return directory


@pytest.mark.parametrize("folder", [".", "cifar10", "cifar-10-batches-bin", "cifar10/cifar-10-batches-bin"])
def test_files_become_images_with_channels_last(tmp_path: Path, folder: str) -> None:
    _write_files(tmp_path / folder)
    dataset = cifar10(root=str(tmp_path))
    assert dataset.train.images.shape == (10, 32, 32, 3)
    assert dataset.train.labels.tolist() == [0, 9, 1, 8, 2, 7, 3, 6, 4, 5]
    assert dataset.test.labels.tolist() == [5, 4]
    assert dataset.train.images[2, 1, 2].tolist() == [11, 21, 31]
    assert dataset.train.images[2].astype(int).sum() == 63
    assert dataset.classes[3] == "cat"


def test_the_archive_gives_the_same_as_the_files(tmp_path: Path) -> None:
    files = cifar10(root=str(_write_files(tmp_path / "files")))
    archive = cifar10(root=str(_write_archive(tmp_path / "archive")))
    assert archive.fingerprint == files.fingerprint


def test_the_archive_is_fetched_with_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(name: str, urls: list[str], checksum: str, directory: Path) -> Path:
        assert urls == ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"]
        assert checksum == "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
        assert directory == tmp_path / "cache" / "cifar10"
        return _write_archive(directory) / name

    monkeypatch.setattr("convlab_plugins.datasets.files.fetch", fetch)
    assert len(cifar10().train) == 10


def test_missing_files_are_listed(tmp_path: Path) -> None:
    _write_files(tmp_path, {name: BATCHES[name] for name in TRAIN_FILES})
    with pytest.raises(
        DataError, match=r"looked for data_batch_1\.bin, .*test_batch\.bin, or cifar-10-bin"
    ) as caught:
        cifar10(root=str(tmp_path))
    assert f"in {tmp_path / 'cifar10'}, {tmp_path / 'cifar10' / 'cifar-10-batches-bin'}, {tmp_path}" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "has 0 bytes, not 1 to 10,000 records of 3,073"),
        (bytes(RECORD_BYTES - 1), "has 3,072 bytes"),
        (bytes(RECORD_BYTES * 10_001), "has 30,733,073 bytes"),
        (b"\x0a" + bytes(RECORD_BYTES - 1), "labels must be below 10, found 10"),
    ],
)
@pytest.mark.parametrize("write", [_write_files, _write_archive])
def test_a_damaged_batch_is_named(tmp_path: Path, content: bytes, text: str, write) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=rf"data_batch_2\.bin: .*{text}"):
        cifar10(root=str(write(tmp_path, {**BATCHES, "data_batch_2.bin": content})))


def test_an_archive_without_all_batches_is_refused(tmp_path: Path) -> None:
    _write_archive(tmp_path, {"data_batch_1.bin": BATCHES["data_batch_1.bin"]})
    with pytest.raises(DataError, match=r"holds no data_batch_2\.bin, .*; is it the binary version"):
        cifar10(root=str(tmp_path))


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"no tar" * 100, mtime=0)])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ARCHIVE.name).write_bytes(content)
    with pytest.raises(
        DataError, match=r"cifar-10-binary\.tar\.gz: (cannot be read as a \.tar\.gz|holds no)"
    ):
        cifar10(root=str(tmp_path))


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    path = _write_archive(tmp_path) / ARCHIVE.name
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError, match=r"cannot be read as a \.tar\.gz|holds no"):
        cifar10(root=str(tmp_path))


def test_a_batch_that_comes_twice_is_refused(tmp_path: Path) -> None:
    _write_archive(tmp_path, {"data_batch_1.bin": _batch(0), "again/data_batch_1.bin": _batch(0)})
    with pytest.raises(DataError, match=r"member data_batch_1\.bin: comes twice or is no plain file"):
        cifar10(root=str(tmp_path))


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(_batch(0))
    with tarfile.open(tmp_path / ARCHIVE.name, "w:gz") as archive:
        member = tarfile.TarInfo("data_batch_1.bin")
        member.type, member.linkname = tarfile.SYMTYPE, str(tmp_path / "secret")
        archive.addfile(member)
    with pytest.raises(DataError, match=r"member data_batch_1\.bin: comes twice or is no plain file"):
        cifar10(root=str(tmp_path))


def test_a_bomb_is_not_expanded_to_the_end(tmp_path: Path) -> None:
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 1 << 40  # tarfile would read it whole
    with gzip.open(tmp_path / ARCHIVE.name, "wb", compresslevel=1) as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        for _ in range(200):
            file.write(bytes(1 << 20))
    with pytest.raises(DataError, match="expands to over 201,157,216 bytes"):
        cifar10(root=str(tmp_path))
