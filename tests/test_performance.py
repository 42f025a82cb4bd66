"""docs/performance.md is true: its commands run, and its tables have what is measured today."""

import re
import shlex
from pathlib import Path

import pytest

from convlab import bench, kernels
from convlab.bench.document import commands
from convlab.bench.networks import NETWORKS
from convlab.bench.shapes import SHAPES
from convlab.cli import main

TEXT = (Path(__file__).parents[1] / "docs" / "performance.md").read_text()
QUICK = ["--images", "1", "--rounds", "1", "--seconds", "0", "--threads", "1", "--no-torch", "--only"]
ROWS = {
    "operations": [shape.name for shape in SHAPES],
    "accuracy": [shape.name for shape in SHAPES],
    "steps": [network.name for network in NETWORKS],
    "memory": [network.name for network in NETWORKS],
}


def shell_commands() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    return [shlex.split(line)[2:] for block in blocks for line in block.splitlines()]


def quickly(words: list[str]) -> list[str]:
    first = ROWS[words[0]][0] if words[0] in ROWS else SHAPES[0].name
    return ["bench", *words, *QUICK, first]


@pytest.mark.parametrize("words", commands(TEXT) + shell_commands(), ids=" ".join)
def test_the_commands_run(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if words[0] == "document":
        pytest.skip("takes minutes; its parts are tested here, and itself in tests/bench")
    if "--isa" in words and words[words.index("--isa") + 1] not in kernels.isas():
        pytest.skip("this CPU lacks the instruction set")
    assert main(quickly(words)) == 0


@pytest.mark.parametrize("words", commands(TEXT), ids=" ".join)
def test_the_tables_have_every_row(words: list[str]) -> None:
    section = TEXT.partition(f"<!-- convlab bench {shlex.join(words)} -->")[2].partition("<!-- end")[0]
    assert section.strip().startswith("Measured on ")
    assert [name for name in ROWS[words[0]] if f"\n| {name} | " not in section] == []


def test_every_measurement_has_a_section() -> None:
    assert {words[0] for words in commands(TEXT)} == set(bench.MEASUREMENTS)
