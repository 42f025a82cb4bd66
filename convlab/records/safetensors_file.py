"""Reading safetensors files that need not be trusted, and writing them.

The format: the length of the header (8 bytes, little endian), the header (JSON), then the arrays' bytes.
Every size that the header claims is checked against the file's before anything is allocated.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeGuard

import numpy as np

from convlab.contracts.parameter import Array
from convlab.errors import RecordError
from convlab.records.documents import open_regular
from convlab.records.faults import reporting

HEADER_LIMIT = 10**6
TENSOR_LIMIT = 10_000
FILE_LIMIT = 4 * 2**30
_LENGTH_BYTES = 8
_DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "<i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "<u1",
    "BOOL": "|b1",
}


@dataclass(frozen=True)
class _Entry:
    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    begin: int
    end: int


def to_safetensors(arrays: Mapping[str, Array], meta: Mapping[str, str]) -> bytes:
    """Writes arrays as safetensors.

    Args:
        arrays: by name; any memory layout and byte order, numbers or booleans.
        meta: strings by name.

    Returns:
        The file's content.

    Raises:
        RecordError: if an array or the meta data cannot be kept, or the limits on the header are exceeded.
    """
    from safetensors.numpy import save  # 20 ms that reading a run should not cost

    if len(arrays) > TENSOR_LIMIT:
        raise RecordError(f"cannot save {len(arrays):,} arrays: a file holds at most {TENSOR_LIMIT:,}")
    for name, text in meta.items():
        if not isinstance(text, str):
            raise RecordError(f"cannot save meta data '{name}': expected a string, got {text!r}")
    content: bytes = save({name: _native(name, array) for name, array in arrays.items()}, dict(meta))
    if int.from_bytes(content[:_LENGTH_BYTES], "little") > HEADER_LIMIT or len(content) > FILE_LIMIT:
        raise RecordError(
            f"cannot save {len(content):,} bytes: a file holds at most {FILE_LIMIT:,}, "
            f"its header {HEADER_LIMIT:,}"
        )
    return content


def read_safetensors(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """Reads arrays and meta data.

    Args:
        path: a safetensors file, from anybody.

    Returns:
        Arrays by name (writable copies) and strings by name.

    Raises:
        RecordError: if the file cannot be read, is not safetensors, or is over the limits.
    """
    with open_regular(path) as file, reporting(path, "reading"):
        size = file.seek(0, 2)
        file.seek(0)
        if size > FILE_LIMIT:
            raise RecordError(f"{path} has {size:,} bytes, more than the limit of {FILE_LIMIT:,}")
        header = _read_header(file, path, size)
        meta = _checked_meta(path, header.pop("__metadata__", {}))
        entries = _checked_entries(path, header, file.tell(), size)
        return {entry.name: _read_array(file, path, entry) for entry in entries}, meta


def _native(name: str, array: Array) -> Array:
    """The same values as safetensors takes them: contiguous, in this machine's byte order."""
    array = np.asarray(array)
    if array.dtype.newbyteorder("<") not in map(np.dtype, _DTYPES.values()):
        raise RecordError(f"cannot save array '{name}' of dtype {array.dtype}: use numbers or booleans")
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    return np.ascontiguousarray(native).reshape(array.shape)


def _read_header(file: BinaryIO, path: Path, size: int) -> dict[str, Any]:
    length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
    if size < _LENGTH_BYTES or length > min(HEADER_LIMIT, size - _LENGTH_BYTES):
        raise RecordError(
            f"{path} is not a safetensors file: its header claims {length:,} bytes, "
            f"the file has {size:,} and the limit is {HEADER_LIMIT:,}"
        )
    try:
        header = json.loads(file.read(length), object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} is not a safetensors file: its header: {error}") from error
    if not isinstance(header, dict) or len(header) > TENSOR_LIMIT + 1:
        raise RecordError(f"{path}: the header should name at most {TENSOR_LIMIT:,} arrays")
    return header


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"'{twice}' is there twice")
    return found


def _checked_meta(path: Path, meta: Any) -> dict[str, str]:
    if not isinstance(meta, dict) or not all(isinstance(text, str) for text in meta.values()):
        raise RecordError(f"{path}: __metadata__ should hold strings by name")
    return meta


def _checked_entries(path: Path, header: dict[str, Any], start: int, size: int) -> list[_Entry]:
    """The arrays in the order of their bytes, which must fill the file without gap or overlap."""
    entries = sorted(
        (_checked_entry(path, name, claim) for name, claim in header.items()),
        key=lambda entry: (entry.begin, entry.end),
    )
    position = 0
    for entry in entries:
        if entry.begin != position:
            raise RecordError(
                f"{path}: array '{entry.name}' begins at byte {entry.begin:,}, expected {position:,}"
            )
        position = entry.end
    if start + position != size:
        raise RecordError(
            f"{path}: the header claims {start + position:,} bytes, "
            f"the file has {size:,}; it was cut or altered"
        )
    return entries


def _checked_entry(path: Path, name: str, claim: Any) -> _Entry:
    if not isinstance(claim, dict) or claim.get("dtype") not in _DTYPES:
        raise RecordError(f"{path}: array '{name}' has no known dtype: {str(claim)[:80]}")
    dtype = np.dtype(_DTYPES[claim["dtype"]])
    shape, offsets = claim.get("shape"), claim.get("data_offsets")
    if not (_are_sizes(shape) and _are_sizes(offsets) and len(offsets) == 2 and len(shape) <= 32):
        raise RecordError(f"{path}: array '{name}' has no usable shape and offsets: {str(claim)[:80]}")
    begin, end = offsets
    needed = math.prod(shape) * dtype.itemsize
    if end - begin != needed:
        raise RecordError(
            f"{path}: array '{name}' of shape {tuple(shape)} needs {needed:,} bytes, "
            f"the header gives it {end - begin:,}"
        )
    return _Entry(name, dtype, tuple(shape), begin, end)


def _are_sizes(found: Any) -> TypeGuard[list[int]]:
    return isinstance(found, list) and all(type(item) is int and 0 <= item < 2**63 for item in found)


def _read_array(file: BinaryIO, path: Path, entry: _Entry) -> Array:
    content = file.read(entry.end - entry.begin)
    if len(content) != entry.end - entry.begin:
        raise RecordError(f"{path} was cut while it was read")
    flat = np.frombuffer(content, entry.dtype).astype(entry.dtype.newbyteorder("="))
    return flat.reshape(entry.shape)
