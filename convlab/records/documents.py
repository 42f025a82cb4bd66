"""Small JSON and YAML documents: plain data in, plain data out, from files that need not be trusted."""

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import yaml  # type: ignore[import-untyped]

from convlab.errors import RecordError
from convlab.records.faults import reporting
from convlab.records.plain_loader import PlainLoader

DOCUMENT_LIMIT = 4 * 2**20


# libyaml's, which is ten times as fast, where it is there; both write the same
class _PlainDumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes a value that occurs twice twice, instead of an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def to_yaml(document: Mapping[str, Any]) -> bytes:
    """Writes plain data as YAML that reads back as the same data.

    Strings that YAML would take for something else (``no``, ``012``, ``1:30``) are quoted.

    Args:
        document: dicts, lists, strings, numbers, booleans and None.

    Returns:
        UTF-8 text.

    Raises:
        RecordError: if a value is not plain data.

    Example:
        >>> print(to_yaml({"name": "no", "lr": 1e-05}).decode(), end="")
        name: 'no'
        lr: 1.0e-05
    """
    try:
        text: str = yaml.dump(plain(document), Dumper=_PlainDumper, sort_keys=False, allow_unicode=True)
    except yaml.YAMLError as error:
        raise RecordError(f"cannot write as YAML: {_first_line(error)}") from error
    return text.encode()


def read_yaml(path: Path) -> dict[str, Any]:
    """Reads a mapping from a YAML file; nothing in it can run code.

    Raises:
        RecordError: if it cannot be read, is not YAML or not a mapping.
    """
    content = read_limited(path, DOCUMENT_LIMIT)
    try:
        return _mapping(path, yaml.load(content, Loader=PlainLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RecordError(f"{path} is not valid YAML: {_first_line(error)}") from error


def to_json(document: Mapping[str, Any]) -> bytes:
    """Writes plain data as indented JSON; NaN and Infinity are written as Python does.

    Raises:
        RecordError: if a value is not plain data.
    """
    return (json.dumps(plain(document), indent=2, ensure_ascii=False) + "\n").encode()


def read_json(path: Path) -> dict[str, Any]:
    """Reads a mapping from a JSON file.

    Raises:
        RecordError: if it cannot be read, is not JSON or not a mapping.
    """
    content = read_limited(path, DOCUMENT_LIMIT)
    try:
        return _mapping(path, json.loads(content))
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} is not valid JSON: {_first_line(error)}") from error


def open_regular(path: Path) -> BinaryIO:
    """Opens a file for reading; a pipe or device, which could block for ever, is refused.

    Raises:
        RecordError: if it cannot be opened.
    """
    with reporting(path, "reading"):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise RecordError(f"{path} is not a regular file")
        return os.fdopen(descriptor, "rb")


def read_limited(path: Path, limit: int) -> bytes:
    """Reads a whole file, unless it is larger than `limit` bytes.

    Raises:
        RecordError: if it is, or cannot be read.
    """
    with open_regular(path) as file, reporting(path, "reading"):
        claimed = os.fstat(file.fileno()).st_size
        content = b"" if claimed > limit else file.read(limit + 1)
    if max(claimed, len(content)) > limit:
        raise RecordError(f"{path} is larger than {limit:,} bytes: not a file that convlab wrote")
    return content


def plain(value: Any) -> Any:
    """Turns tuples, paths and numpy numbers into what JSON and YAML know.

    Raises:
        RecordError: if a value is something else, such as an array.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, Path):
        return str(value)
    import numpy as np  # loaded only for what may be one of its numbers

    if isinstance(value, np.generic):
        return plain(value.item())
    raise RecordError(f"cannot write {value!r} ({type(value).__name__}): not plain data")


def _mapping(path: Path, document: Any) -> dict[str, Any]:
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise RecordError(f"{path} should hold a mapping from names to values")
    return document


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0]
