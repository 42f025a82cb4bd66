"""docs/verdict.md is true: its commands and its Python run, and its tables are those of the simulation."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from convlab.cli import main
from convlab.cli.claim import EXIT_CODES

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "verdict.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_commands_and_the_python_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = [shlex.split(line) for block in blocks("sh") for line in block.splitlines()]
    assert [words[1] for words in commands] == ["run", "compare", "claim"]
    for _, *words in commands:
        code = main(words)
        allowed = set(EXIT_CODES.values()) if words[0] == "claim" else {0}
        assert code in allowed, capsys.readouterr().err
    out = capsys.readouterr().out
    for title in (
        "Intervals of",
        "Differences",
        "Main effects",
        "Interactions",
        "Time to a",
        "Average ranks",
    ):
        assert f"\n{title}" in out
    (source,) = blocks("python")
    exec(compile(source, "verdict.md", "exec"), {})


def test_the_exit_codes_are_those_of_the_verb() -> None:
    table = dict(re.findall(r"^\| (\d) \| (\w+) \|$", TEXT, re.MULTILINE))
    assert {answer: int(code) for code, answer in table.items()} == EXIT_CODES


def test_the_tables_have_the_rows_and_columns_of_the_simulation() -> None:
    path = ROOT / "benchmarks" / "verdict_coverage.py"
    spec = importlib.util.spec_from_file_location("verdict_coverage", path)
    assert spec is not None
    assert spec.loader is not None
    simulation = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(simulation)
    heading = f"| seeds | {' | '.join(map(str, simulation.SEEDS))} |"
    assert TEXT.count(heading) == 3
    for name in simulation.DISTRIBUTIONS:
        assert TEXT.count(f"\n| {name} | ") == 2
