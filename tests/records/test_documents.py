"""YAML and JSON documents."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.errors import RecordError
from convlab.records.documents import DOCUMENT_LIMIT, plain, read_json, read_yaml, to_json, to_yaml


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "yes",
        "012",
        "1:30",
        "1e-3",
        "1e5",
        "null",
        "~",
        "",
        " padded ",
        "2024-01-01",
        "0x1F",
        ".inf",
        "a: b",
        "# no comment",
        "two\nlines",
        "größer",
        "!!python/object:os.system",
        "&anchor",
        "*alias",
        1e-05,
        1e22,
        0.1,
        float("inf"),
        3,
        -7,
        True,
        None,
        [],
        {},
        [1, "1", 1.0],
        {"name": "on", "betas": [0.9, 0.999]},
    ],
)
def test_yaml_reads_back_what_was_written(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(to_yaml({"key": value}))
    found = read_yaml(path)["key"]
    assert found == value
    assert type(found) is type(value)


def test_yaml_keeps_the_order_and_writes_shared_values_twice(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    shared = {"name": "adam"}
    path.write_bytes(to_yaml({"b": shared, "a": shared}))
    assert path.read_text() == "b:\n  name: adam\na:\n  name: adam\n"


def test_plain_converts_tuples_paths_and_numpy_numbers() -> None:
    found = plain({"a": (1, np.float32(0.5)), "b": Path("x/y"), "c": np.bool_(True), "d": np.int64(3)})
    assert found == {"a": [1, 0.5], "b": "x/y", "c": True, "d": 3}


@pytest.mark.parametrize("write", [to_yaml, to_json])
def test_what_is_not_plain_is_refused(write: Any) -> None:
    with pytest.raises(RecordError, match=r"cannot write array\(\[0\., 0\.\]\) \(ndarray\): not plain data"):
        write({"a": np.zeros(2)})


def test_json_keeps_nan(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(to_json({"loss": float("nan"), "name": "größer"}))
    found = read_json(path)
    assert found["loss"] != found["loss"]
    assert found["name"] == "größer"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "is not valid YAML"),
        ("- 1\n- 2", "should hold a mapping"),
        ("1: 2", "should hold a mapping"),
        ("", "should hold a mapping"),
        ("a: !!python/object/apply:os.system ['touch pwned']", "is not valid YAML"),
        ("a: &x [1]\nb: *x", "aliases are not allowed"),
        ("[" * 1200, "is not valid YAML"),
        ("- " * 200_000, "is not valid YAML"),
        ("{a: " * 200_000, "is not valid YAML"),
        ("a: \x00", "is not valid YAML"),
    ],
)
def test_bad_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(RecordError, match=message) as caught:
        read_yaml(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == ["config.yaml"]


@pytest.mark.parametrize(
    "content", [b"{", b"[1]", b"\xff\xfe", b"[" * 200_000, b'{"a": ' + b"9" * 5000 + b"}"]
)
def test_bad_json(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=r"is not valid JSON|should hold a mapping"):
        read_json(path)


def test_a_document_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(RecordError, match=f"larger than {DOCUMENT_LIMIT:,} bytes"):
        read_json(path)


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    os.mkfifo(path)
    with pytest.raises(RecordError, match="is not a regular file"):
        read_json(path)


def test_a_missing_document_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"no such file reading .*result.json: check the path"):
        read_json(tmp_path / "result.json")


def test_json_is_readable_by_eye(tmp_path: Path) -> None:
    assert to_json({"a": 1}) == b'{\n  "a": 1\n}\n'
    assert json.loads(to_json({"a": (1, 2)})) == {"a": [1, 2]}
