"""The pages of docs/ are true: their commands run, their Python runs, their links lead somewhere.

docs/performance.md and docs/studies/ take minutes, docs/verdict.md compares runs that have to be made first,
docs/plugins.md installs a plugin and docs/compiled_activations.md compiles one; tests of their own run these.
"""

import re
import shlex
from pathlib import Path

import pytest

from convlab.cli import main

ROOT = Path(__file__).parents[1]
WITH_OWN_TEST = ("compiled_activations", "performance", "plugins", "verdict")
ALL_PAGES = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [page for page in (ROOT / "docs").glob("*.md") if page.stem not in WITH_OWN_TEST]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)


@pytest.mark.parametrize("page", sorted(PAGES), ids=name)
def test_commands_run_in_their_order(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    commands = [shlex.split(line, comments=True) for line in lines if line.startswith("convlab ")]
    assert commands, f"{page} has no commands in a block of sh"
    for _, *words in commands:
        folder = tmp_path / "runs" / "default"
        runs = sorted(str(path.parent) for path in folder.glob("*/config.yaml"))
        given = [word.replace("RUN", runs[0]) if runs else word for word in words]
        assert main(given) == 0, f"{given}: {capsys.readouterr().err}"


@pytest.mark.parametrize("page", sorted(PAGES), ids=name)
def test_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for code in blocks(page, "python"):
        exec(compile(code, str(page), "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("page", ALL_PAGES, ids=name)
def test_links_and_pictures_are_there(page: Path) -> None:
    targets = [link for link in re.findall(r"\]\(([^)]+)\)", page.read_text()) if "://" not in link]
    assert [link for link in targets if not (page.parent / link.partition("#")[0]).exists()] == []
