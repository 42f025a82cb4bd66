"""The README is true: its commands run, its Python runs, its links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from convlab.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
# Commands on data that has to be downloaded are composed, not run.
DOWNLOADED = ("mnist", "cifar10")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[list[str]]:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("convlab ")]


def test_the_commands_run_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(commands()) >= 6
    for _, *arguments in commands():
        if any(name in word for word in arguments for name in DOWNLOADED):
            arguments += ["--cfg", "job"]
        assert main(arguments) == 0, f"{arguments}: {capsys.readouterr().err}"
    assert (tmp_path / "runs" / "start").is_dir()


@pytest.mark.parametrize("source", blocks("python"))
def test_the_python_runs(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(source, "README.md", "exec"), {})


def test_the_two_commands_are_where_the_checks_look_for_them() -> None:
    for name in ("run", "test"):
        assert re.search(rf"<!-- {name} command -->\n```sh\npip install .*\n```", README)


def test_links_and_pictures_are_there() -> None:
    targets = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert targets
    assert [link for link in targets if not (ROOT / link).exists()] == []
