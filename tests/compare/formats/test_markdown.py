"""Markdown: what it holds, and that names stay names."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.compare import compare
from convlab.compare.formats import to_markdown
from convlab.compare.formats.markdown import escape_markdown
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


def test_sentences_and_tables(runs: Path, make_run: MakeRun) -> None:
    for seed in range(3):
        make_run("adam", seed=seed, validation=0.9 + seed / 100)
        make_run("sgd", seed=seed, validation=0.8 + seed / 89)
    make_run("sgd", seed=9, status="failed", message="no disk")
    text = to_markdown(compare(runs))
    assert text.startswith("- adam beats sgd by ")
    assert (
        "\n| optimizer | validation | best validation | test | runs | epochs | seconds |\n|---|---:|" in text
    )
    assert "\n**Differences**\n\n| configuration | against | difference (points) |" in text
    assert "\n**Not in the means (1)**\n\n- " in text


def test_every_row_of_a_table_has_the_cells_of_its_heading(hostile_runs: Path) -> None:
    block: list[str] = []
    for line in [*to_markdown(compare(hostile_runs)).splitlines(), ""]:
        if line.startswith("|"):
            block.append(line)
        else:
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block}) <= 1
            block = []


def test_no_name_is_markup(hostile_runs: Path) -> None:
    text = to_markdown(compare(hostile_runs))
    assert not re.search(r"(?<!\\)[<\[`]", text)
    assert "http://" not in text
    assert all(sign.isprintable() or sign == "\n" for sign in text)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("he_normal", "he\\_normal"),
        ("a\\|b", "a\\\\\\|b"),
        ("http://x", "http&#58;//x"),
        ("www.x a@b", "www&#46;x a&#64;b"),
    ],
)
def test_escapes(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped
