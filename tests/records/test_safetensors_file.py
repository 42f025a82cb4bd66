"""Safetensors files, ours and hostile ones."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from convlab.errors import RecordError
from convlab.records.safetensors_file import HEADER_LIMIT, TENSOR_LIMIT, read_safetensors, to_safetensors

RNG = np.random.default_rng(0)
ARRAYS = {
    "plain": RNG.normal(size=(4, 3, 3, 2)).astype(np.float32),
    "transposed": RNG.normal(size=(5, 7)).T,
    "strided": np.arange(20, dtype=np.int64)[::-3],
    "broadcast": np.broadcast_to(np.float32(2), (3, 4)),
    "swapped": np.arange(6, dtype=">f4").reshape(2, 3),
    "scalar": np.float64(3.5),
    "empty": np.zeros((0, 3), np.float32),
    "flags": np.array([True, False]),
    "bytes": np.arange(256, dtype=np.uint8),
    "special": np.array([np.nan, -np.inf, -0.0, 1e-40], np.float32),
}


def raw(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(shape: list[Any], begin: Any, end: Any, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize("read", [lambda path: read_safetensors(path)[0], load_file])
def test_every_layout_reads_back_exactly_by_us_and_by_the_library(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(to_safetensors(ARRAYS, {}))
    found = read(path)
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array, strict=np.asarray(array).dtype.isnative)
        assert found[name].dtype.isnative


def test_arrays_read_are_writable(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(to_safetensors({"a": np.zeros(3, np.float32)}, {}))
    read_safetensors(path)[0]["a"][...] = 1.0


def test_meta_data_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(to_safetensors({}, {"step": "17", "größe": "ß"}))
    assert read_safetensors(path) == ({}, {"step": "17", "größe": "ß"})


@pytest.mark.parametrize(
    "array", [np.array([object()]), np.array(["text"]), np.zeros(2, complex), np.array(["2024"], "M8[Y]")]
)
def test_what_the_format_cannot_hold_is_refused(array: Any) -> None:
    with pytest.raises(RecordError, match=r"cannot save array 'a' of dtype .*: use numbers or booleans"):
        to_safetensors({"a": array}, {})


def test_meta_data_must_be_strings() -> None:
    with pytest.raises(RecordError, match="cannot save meta data 'step': expected a string, got 17"):
        to_safetensors({}, {"step": 17})  # type: ignore[dict-item]


def test_what_could_not_be_read_is_not_written() -> None:
    with pytest.raises(RecordError, match="a file holds at most 10,000"):
        to_safetensors({str(i): np.zeros(1, np.float32) for i in range(TENSOR_LIMIT + 1)}, {})
    with pytest.raises(RecordError, match="its header 1,000,000"):
        to_safetensors({}, {"note": "x" * HEADER_LIMIT})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a safetensors file: its header claims 0 bytes, the file has 0"),
        (b"\x01\x00", "is not a safetensors file"),
        (raw({})[:-1], "is not a safetensors file: its header claims 2 bytes"),
        ((2**63).to_bytes(8, "little") + b"{}", "is not a safetensors file: its header claims 9,223"),
        (raw(b"{" + b" " * HEADER_LIMIT + b"}"), "the limit is 1,000,000"),
        (raw(b"nonsense"), "is not a safetensors file: its header"),
        (raw(b"\xff{}"), "is not a safetensors file: its header"),
        (raw(b"[" * 100_000), "is not a safetensors file: its header"),
        (raw([1]), "the header should name at most"),
        (raw(b'{"a": 1, "a": 2}'), "'a' is there twice"),
        (raw({"__metadata__": {"a": 1}}), "__metadata__ should hold strings by name"),
        (raw({"a": entry([1], 0, 4, "OBJ")}, b"\0" * 4), "array 'a' has no known dtype"),
        (raw({"a": 3}), "array 'a' has no known dtype"),
        (raw({"a": {"dtype": "F32"}}), "array 'a' has no usable shape and offsets"),
        (raw({"a": entry([-1], 0, 4)}, b"\0" * 4), "array 'a' has no usable shape"),
        (raw({"a": entry([True], 0, 4)}, b"\0" * 4), "array 'a' has no usable shape"),
        (raw({"a": entry([1.0], 0, 4)}, b"\0" * 4), "array 'a' has no usable shape"),
        (raw({"a": entry([1] * 33, 0, 4)}, b"\0" * 4), "array 'a' has no usable shape"),
        (
            raw({"a": entry([2], 0, 4)}, b"\0" * 4),
            "array 'a' of shape (2,) needs 8 bytes, the header gives it 4",
        ),
        (raw({"a": entry([2**40], 0, 2**42)}), "the header claims 4,398,046,511,"),
        (raw({"a": entry([2**62, 2**62], 0, 4)}, b"\0" * 4), "the header gives it 4"),
        (raw({"a": entry([1], 4, 8)}, b"\0" * 8), "array 'a' begins at byte 4, expected 0"),
        (
            raw({"a": entry([2], 0, 8), "b": entry([1], 4, 8)}, b"\0" * 8),
            "array 'b' begins at byte 4, expected 8",
        ),
        (raw({"a": entry([1], 0, 4)}, b"\0" * 5), "the file has"),
        (raw({"a": entry([1], 0, 4)}, b"\0" * 3), "the file has"),
    ],
)
def test_hostile_files_are_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(RecordError) as caught:
        read_safetensors(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 500 + len(str(path))


def test_a_forged_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    size = 2**40
    path.write_bytes(raw({"a": entry([size], 0, size, "U8")}))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + size)
    with pytest.raises(RecordError, match="more than the limit of 4,294,967,296"):
        read_safetensors(path)


def test_too_many_arrays_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(raw({f"{i}": entry([0], 0, 0) for i in range(TENSOR_LIMIT + 2)}))
    with pytest.raises(RecordError, match="the header should name at most 10,000 arrays"):
        read_safetensors(path)
