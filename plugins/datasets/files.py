"""Where the files of a dataset are: in a directory of the user, else fetched into the cache."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path

from convlab.errors import DataError
from convlab.plugin import cache_directory, fetch


@dataclass(frozen=True)
class Source:
    """A file of a dataset on the network.

    Attributes:
        name: name of the file.
        mirrors: addresses of directories that hold it, each ending in "/".
        sha256: its hash in hexadecimal.
    """

    name: str
    mirrors: Sequence[str]
    sha256: str


def directories_to_search(dataset: str, root: str | None, extra: Sequence[str] = ()) -> list[Path]:
    """Lists the directories where the files of a dataset may be.

    Args:
        dataset: name of the dataset.
        root: what the user chose; if nothing, ``CONVLAB_DATA_DIR``.
        extra: names of further sub-directories in which the files usually come.

    Returns:
        The sub-directory named after the dataset, then the directory itself, each followed by its extra
        sub-directories; empty if nothing was chosen.
    """
    chosen = root or os.environ.get("CONVLAB_DATA_DIR")
    if not chosen:
        return []
    top = Path(chosen).expanduser()
    return [place for base in (top / dataset, top) for place in (base, *(base / name for name in extra))]


def find_files(places: Sequence[Path], names: Mapping[str, Sequence[str]]) -> dict[str, Path] | None:
    """Finds files that belong together, all in one directory.

    Args:
        places: directories, searched in turn.
        names: for each file wanted, the names that it may have, the preferred one first.

    Returns:
        The path for each file wanted, or nothing if no directory has them all.
    """
    for place in places:
        found = {
            wanted: place / name
            for wanted, options in names.items()
            for name in reversed(options)
            if isfile(place / name)
        }
        if len(found) == len(names):
            return found
    return None


def missing(dataset: str, places: Sequence[Path], names: Sequence[str]) -> DataError:
    """The error that lists what was looked for, and where."""
    where = ", ".join(str(place) for place in places)
    return DataError(
        f"dataset '{dataset}': looked for {', '.join(names)} in {where}, and no directory has all of them; "
        "name one that does with data.root=DIR, or leave data.root out to download them"
    )


def fetch_all(dataset: str, sources: Sequence[Source], searched: Sequence[Path]) -> dict[str, Path]:
    """Fetches all files of a dataset into the cache.

    Args:
        dataset: name of the dataset and of its directory in the cache.
        sources: the files.
        searched: where they were looked for before, for the error.

    Returns:
        Path by name of the file.

    Raises:
        DataError: if one cannot be fetched.
    """
    directory = cache_directory() / dataset
    paths: dict[str, Path] = {}
    for source in sources:
        urls = [mirror + source.name for mirror in source.mirrors]
        try:
            paths[source.name] = fetch(source.name, urls, source.sha256, directory)
        except DataError as error:
            before = f" (not in {', '.join(map(str, searched))})" if searched else ""
            raise DataError(
                f"dataset '{dataset}'{before}: {error}, "
                "or name a directory that has the files with data.root=DIR"
            ) from error
    return paths
