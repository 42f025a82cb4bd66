"""The image files below a directory or in a zip archive, sorted into splits and classes."""

import os
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from convlab.errors import DataError

SUFFIXES = (".png", ".jpg", ".jpeg")
SPLITS = ("train", "test")
DEEPEST = 4  # one top folder, split, class, file
LARGEST_FILE_BYTES = 1 << 26
BROKEN_ZIP = (OSError, EOFError, RuntimeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error)
LAYOUTS = "<class>/<image>, or train/<class>/<image> with test/<class>/<image>, in at most one top folder"


@dataclass(frozen=True)
class ImageFile:
    """An image that has not been read yet.

    Attributes:
        parts: its path below the root, one part per level.
        version: what changes when the file does.
        read: reads all its bytes.
    """

    parts: tuple[str, ...]
    version: str
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        """Path below the root, as messages show it."""
        return "/".join(self.parts)


@dataclass(frozen=True)
class ClassFolders:
    """Images by split, each with the index of its class.

    Attributes:
        classes: names of the classes, sorted.
        train: image files with their labels, sorted by class and name.
        test: the same for the test split.
    """

    classes: tuple[str, ...]
    train: list[tuple[ImageFile, int]]
    test: list[tuple[ImageFile, int]]


def files_of_directory(root: Path) -> list[ImageFile]:
    """Lists the images below a directory, following symbolic links.

    Args:
        root: an existing directory.

    Returns:
        The images, sorted by path.

    Raises:
        DataError: if a directory cannot be read.
    """
    try:
        return sorted(_walk(root, ()), key=lambda file: file.parts)
    except OSError as error:
        raise DataError(f"{error.filename or root}: cannot be read ({error.strerror})") from error


def open_zip(path: Path) -> zipfile.ZipFile:
    """Opens a zip archive for reading.

    Args:
        path: where it is.

    Returns:
        The archive, for the caller to close.

    Raises:
        DataError: if it cannot be read.
    """
    try:
        return zipfile.ZipFile(path)
    except BROKEN_ZIP as error:
        raise DataError(f"{path}: cannot be read as a zip archive ({error}); get it again") from error


def files_of_zip(path: Path, archive: zipfile.ZipFile) -> list[ImageFile]:
    """Lists the images of an archive; nothing is unpacked to disk.

    Args:
        path: where the archive is, for messages.
        archive: the archive, which must stay open while images are read.

    Returns:
        The images, sorted by path.

    Raises:
        DataError: if a member is too large or a name comes twice.
    """
    members = [
        (_visible_parts(info.filename), info)
        for info in archive.infolist()
        if not info.is_dir() and info.filename.lower().endswith(SUFFIXES)
    ]
    files = [
        ImageFile(parts, f"{info.CRC}", _reader_of_member(path, archive, info))
        for parts, info in members
        if parts
    ]
    for parts, count in Counter(file.parts for file in files).most_common(1):
        if count > 1:
            raise DataError(f"{path}: {'/'.join(parts)!r} comes {count} times; make the archive again")
    return sorted(files, key=lambda file: file.parts)


def arrange(where: str, files: list[ImageFile], test_fraction: float, limit: int | None) -> ClassFolders:
    """Sorts image files into splits and classes by their folders.

    Without a test folder, the images of each class are ordered by the SHA-256 of their path and the first
    round(test_fraction * n) of them, at least one, make the test split: the choice depends on nothing but
    the names.

    Args:
        where: the root, for messages.
        files: all images below it.
        test_fraction: fraction of the images to test on when there is no test folder, between 0 and 1.
        limit: number of images to keep of each class in each split, all by default.

    Returns:
        The images by split and class.

    Raises:
        DataError: if there are no images, or their folders are not as they should be.
    """
    if not files:
        raise DataError(f"{where}: holds no {', '.join(SUFFIXES)} files; expected {LAYOUTS}")
    by_split = _by_split(where, _without_top_folder(files))
    if "test" not in by_split:
        by_split = _divide(where, by_split["train"], test_fraction)
    train, test = by_split.get("train", {}), by_split["test"]
    only_in_test = sorted(set(test) - set(train))
    if only_in_test:
        raise DataError(f"{where}: no training images of class {only_in_test[0]!r}; expected {LAYOUTS}")
    classes = tuple(sorted(train))
    unprintable = [name for name in classes if not name.isprintable()]
    if unprintable:
        raise DataError(f"{where}: class folder {unprintable[0]!r} has unprintable characters; rename it")
    listed = [
        [(file, label) for label, name in enumerate(classes) for file in split.get(name, [])[:limit]]
        for split in (train, test)
    ]
    return ClassFolders(classes, *listed)


def _walk(directory: Path, parts: tuple[str, ...]) -> Iterator[ImageFile]:
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            here = (*parts, entry.name)
            if entry.is_dir():
                if len(here) < DEEPEST:  # also the end of links that lead back up
                    yield from _walk(Path(entry.path), here)
            elif entry.name.lower().endswith(SUFFIXES):
                status = entry.stat()
                if not stat.S_ISREG(status.st_mode):
                    raise DataError(f"{entry.path}: is no regular file; remove it")
                version = f"{status.st_size}:{status.st_mtime_ns}"
                yield ImageFile(here, version, _reader_of_file(Path(entry.path)))


def _reader_of_file(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_FILE_BYTES + 1)
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror})") from error
        if len(data) > LARGEST_FILE_BYTES:
            raise DataError(f"{path}: is larger than the {LARGEST_FILE_BYTES:,} bytes read at most")
        return data

    return read


def _reader_of_member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    where = f"{path}, member {info.filename!r}"

    def read() -> bytes:
        if info.file_size > LARGEST_FILE_BYTES:
            raise DataError(
                f"{where}: claims {info.file_size:,} bytes, more than the {LARGEST_FILE_BYTES:,} read at most"
            )
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # zipfile bounds what it decompresses at once for no other method
            raise DataError(f"{where}: is compressed by another method than deflate; make the archive again")
        try:
            with archive.open(info) as member:
                data = member.read(info.file_size + 1)
        except BROKEN_ZIP as error:
            raise DataError(f"{where}: cannot be read ({error}); get the archive again") from error
        if len(data) != info.file_size:
            raise DataError(
                f"{where}: has {len(data):,} bytes, not {info.file_size:,}; get the archive again"
            )
        return data

    return read


def _visible_parts(name: str) -> tuple[str, ...]:
    """The levels of a member's name, or nothing for hidden files and those that macOS adds."""
    parts = tuple(part for part in name.split("/") if part)
    return () if any(part.startswith(".") or part == "__MACOSX" for part in parts) else parts


def _without_top_folder(files: list[ImageFile]) -> list[tuple[tuple[str, ...], ImageFile]]:
    first = {file.parts[0] for file in files}
    shortest = min(len(file.parts) for file in files)
    drop = 1 if len(first) == 1 and shortest > 2 and not first & set(SPLITS) else 0
    return [(file.parts[drop:], file) for file in files]


def _by_split(
    where: str, files: Iterable[tuple[tuple[str, ...], ImageFile]]
) -> dict[str, dict[str, list[ImageFile]]]:
    """Images by split and class; all are "train" when there are no splits."""
    by_split: dict[str, dict[str, list[ImageFile]]] = {}
    depths: dict[int, str] = {}
    for parts, file in files:
        *folders, _ = parts
        in_split = len(folders) == 2 and folders[0] in SPLITS
        if not in_split and len(folders) != 1:
            raise DataError(f"{where}: {file.name!r} is not in a folder for its class; expected {LAYOUTS}")
        depths.setdefault(len(folders), file.name)
        split = folders[0] if in_split else "train"
        by_split.setdefault(split, {}).setdefault(folders[-1], []).append(file)
    if len(depths) > 1:
        raise DataError(
            f"{where}: {depths[1]!r} is in a class folder of its own, {depths[2]!r} in one of a split; "
            f"expected {LAYOUTS}"
        )
    return by_split


def _divide(
    where: str, by_class: dict[str, list[ImageFile]], fraction: float
) -> dict[str, dict[str, list[ImageFile]]]:
    train, test = {}, {}
    for name, files in by_class.items():
        if len(files) < 2:
            raise DataError(
                f"{where}: class {name!r} has a single image, which cannot be in both splits; "
                "add images or a test folder"
            )
        order = sorted(files, key=_hash_of_name)
        count = min(max(round(fraction * len(files)), 1), len(files) - 1)
        chosen = {file.parts for file in order[:count]}
        test[name] = [file for file in files if file.parts in chosen]
        train[name] = [file for file in files if file.parts not in chosen]
    return {"train": train, "test": test}


def _hash_of_name(file: ImageFile) -> bytes:
    return sha256(file.name.encode(errors="surrogateescape")).digest()
