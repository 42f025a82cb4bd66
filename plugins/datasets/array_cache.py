"""Arrays that were expensive to make, kept in the user's cache."""

import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DESCRIPTION = "description.json"

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class CachedArrays:
    """Arrays by name, with a description that JSON can hold."""

    arrays: Arrays
    description: Any


def load_arrays(directory: Path) -> CachedArrays | None:
    """Loads what `save_arrays` saved, mapping the arrays into memory.

    Args:
        directory: where they were saved.

    Returns:
        The arrays, read-only, or nothing if they are not there or damaged.
    """
    try:
        description = json.loads((directory / DESCRIPTION).read_text(encoding="utf-8"))
        arrays = {
            name: np.asarray(np.load(directory / f"{name}.npy", mmap_mode="r", allow_pickle=False))
            for name in description["arrays"]
        }
        return CachedArrays(arrays, description["content"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_arrays(directory: Path, content: CachedArrays) -> None:
    """Saves arrays so that they appear all at once; a directory that cannot be written gives a warning.

    Args:
        directory: where to; an older version there is replaced.
        content: arrays by name, which must be names of files, and the description.
    """
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=".new-", dir=directory.parent, ignore_cleanup_errors=True
        ) as name:
            made = Path(name) / "content"
            made.mkdir()
            for key, array in content.arrays.items():
                with (made / f"{key}.npy").open("xb") as file:
                    np.save(file, array, allow_pickle=False)
                    _flush(file.fileno(), file)
            description = {"arrays": sorted(content.arrays), "content": content.description}
            with (made / DESCRIPTION).open("xb") as file:
                file.write(json.dumps(description).encode())
                _flush(file.fileno(), file)
            _install(made, directory)
    except OSError as error:
        warnings.warn(
            f"cannot keep decoded images in {directory} ({error.strerror or error}); they will be decoded "
            "again next time, unless CONVLAB_CACHE_DIR names a directory with space",
            RuntimeWarning,
            stacklevel=2,
        )


def _flush(descriptor: int, file: Any) -> None:
    file.flush()
    os.fsync(descriptor)


def _install(made: Path, directory: Path) -> None:
    try:
        made.rename(directory)
    except OSError:  # something is there: damaged, or just saved by another process
        if load_arrays(directory) is None:
            shutil.rmtree(directory)
            made.rename(directory)
    descriptor = os.open(directory.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
