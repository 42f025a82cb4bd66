"""docs/inside.md is true: its commands print what it shows, its Python runs, its links lead somewhere."""

import glob
import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest

from convlab.cli import main

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "inside.md").read_text()
# numbers and the drawn curves: on a processor with other instructions their last digit may differ
MEASURED = re.compile(r"\d|┤")


@pytest.fixture
def regenerate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("regenerate", DOCS / "regenerate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def words(line: str) -> list[str]:
    """Of one command, with its patterns of files filled in as a shell does."""
    found = []
    for word in shlex.split(line)[1:]:
        found += sorted(glob.glob(word)) if word.endswith("/*") else [word]
    return found


def test_the_commands_print_what_the_page_shows(
    regenerate: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra plot")
    monkeypatch.chdir(tmp_path)

    def run(commands: str) -> str:
        for line in commands.splitlines():
            assert main(words(line)) == 0
        return capsys.readouterr().out

    again = regenerate.regenerated(TEXT, run)
    shown = [line for line in TEXT.splitlines() if not MEASURED.search(line)]
    missing = set(shown) - set(again.splitlines())
    assert not missing
    assert len(TEXT.splitlines()) == pytest.approx(len(again.splitlines()), abs=8)


@pytest.mark.parametrize("source", re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
def test_the_python_runs(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(source, "inside.md", "exec"), {})


def test_links_and_pictures_are_there() -> None:
    targets = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link]
    assert targets
    assert [link for link in targets if not (DOCS / link).exists()] == []


def test_only_what_is_shown_behind_commands_is_replaced(regenerate: ModuleType) -> None:
    page = "```sh\na\n```\n\n```text\nold\n```\n\n```sh\nb\n```\n\nmore\n\n```text\nkept\n```\n"
    assert regenerate.regenerated(page, lambda commands: f"ran {commands}\n") == page.replace("old", "ran a")
