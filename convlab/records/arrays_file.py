"""Arrays that probes keep, as .npz files that need not be trusted when they are read."""

import io
import math
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from convlab.contracts.parameter import Array
from convlab.errors import RecordError
from convlab.records.atomic import make_folder, write_all_atomically
from convlab.records.documents import open_regular
from convlab.records.faults import reporting

CONTENT_LIMIT = 2**30
ARRAY_LIMIT = 10_000
_UNUSABLE = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError, RuntimeError)


def save_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Writes arrays to an .npz file, atomically.

    Args:
        path: the file; its folder is made if it is missing.
        arrays: by name, numbers or booleans.

    Raises:
        RecordError: if it cannot be written, or an array holds Python objects.
    """
    save_all_arrays({path: arrays})


def save_all_arrays(files: Mapping[Path, Mapping[str, Array]]) -> None:
    """Writes .npz files of one folder, each as `save_arrays` does, and syncs the folder once.

    Args:
        files: by path, the arrays by name.

    Raises:
        RecordError: if one of them cannot be written, or an array holds Python objects.
    """
    contents = {path: _to_npz(path, arrays) for path, arrays in files.items()}
    for folder in {path.parent for path in contents}:
        make_folder(folder)
    write_all_atomically(contents)


def _to_npz(path: Path, arrays: Mapping[str, Array]) -> bytes:
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise RecordError(f"{path}: array '{name}' holds Python objects; keep numbers or booleans")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
    return content.getvalue()


def load_arrays(path: Path) -> dict[str, Array]:
    """Reads arrays from an .npz file.

    Args:
        path: the file, from anybody.

    Returns:
        Arrays by name.

    Raises:
        RecordError: if it cannot be read, is not an .npz file, holds Python objects, or claims to hold more
            than it does or than 1 GiB.
    """
    with open_regular(path) as file, reporting(path, "reading"):
        try:
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
                if len(members) > ARRAY_LIMIT or sum(item.file_size for item in members) > CONTENT_LIMIT:
                    raise RecordError(
                        f"{path} holds more than {ARRAY_LIMIT:,} arrays or {CONTENT_LIMIT:,} bytes"
                    )
                return {
                    item.filename.removesuffix(".npy"): _read_member(archive, item, path) for item in members
                }
        except _UNUSABLE as error:
            raise RecordError(f"{path} is not a usable .npz file: {error}") from error


def _read_member(archive: zipfile.ZipFile, item: zipfile.ZipInfo, path: Path) -> Array:
    """One array; the size that its header claims must be what the archive says, before it is allocated."""
    with archive.open(item) as member:
        content = member.read(item.file_size)
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise RecordError(f"{path}: array '{item.filename}' has format {version}, expected (1, 0)")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(content) - stream.tell():
        raise RecordError(
            f"{path}: array '{item.filename}' claims dtype {dtype} "
            f"and shape {shape}, which is not what it holds"
        )
    stream.seek(0)
    array: Array = np.lib.format.read_array(stream, allow_pickle=False)
    return array
