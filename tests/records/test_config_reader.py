"""Fast reading of configs gives what slow reading gives."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlab.errors import RecordError
from convlab.records.config_reader import read_config
from convlab.records.documents import read_yaml, to_yaml

PLAIN = to_yaml(
    {
        "data": {"name": "digits", "classes": ["a", "b"]},
        "text": "line\nline: 1\n\n- x",
        "no": "no",
        "empty": {},
        "nothing": None,
        "items": [{"name": "filters", "every": 2}],
        "star": "a*b",
        "long": "word " * 60,
        "ä": "ö",
    }
).decode()


def outcome(read: Callable[[Path], dict[str, Any]], path: Path) -> dict[str, Any] | str:
    """What a reader gives, or what it refuses with."""
    try:
        return read(path)
    except RecordError as error:
        return str(error)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "a: 1\nb: 2\na: 3\n",
        "a: 1",
        "# remark\na: 1\n",
        "{a: 1,\nb: 2}\n",
        "a: 'x\nb: y'\n",
        'a: "x\n\n  y"\nb: |\n  text\n\n  more\nc: 1\n',
        "---\na: 1\n",
        "a:\n- 1\n-\n  - 2\n",
        "a: {b: 1,\n  c: 2}\n",
        "a: 1\nb: [\n1,\n2]\n",
        "a: !!str 1\n",
        "yes: 1\n",
    ],
)
def test_it_is_what_the_slow_way_reads(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    assert outcome(read_config, path) == outcome(read_yaml, path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1\nb: *x\n", "aliases are not allowed"),
        ("a: &x [*x]\n", "aliases are not allowed"),
        ("a: !!python/object/apply:os.system [exit]\n", "not valid YAML"),
        ("- 1\n", "should hold a mapping"),
        ("a: [\n", "not valid YAML"),
        ("1: 2\n", "should hold a mapping"),
    ],
)
def test_what_the_slow_way_refuses(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(RecordError, match=message):
        read_config(path)


def test_runs_that_share_entries_differ_where_they_differ(tmp_path: Path) -> None:
    for seed in range(3):
        (tmp_path / f"{seed}.yaml").write_text(f"data:\n  name: digits\nseed: {seed}\n")
    found = [read_config(tmp_path / f"{seed}.yaml") for seed in range(3)]
    assert found == [{"data": {"name": "digits"}, "seed": seed} for seed in range(3)]
