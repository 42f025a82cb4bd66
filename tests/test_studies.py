"""The studies that convlab ships: each runs, and has a page that shows what it prints."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from convlab.cli import main
from convlab.config import Composer

ROOT = Path(__file__).parents[1]
STUDIES = sorted(path.stem for path in (ROOT / "conf" / "study").glob("*.yaml"))
PAGES = sorted((ROOT / "docs" / "studies").glob("*.md"))
QUICKLY = ["epochs=1", "+study.seeds=1", "hydra/launcher=convlab_inline"]


@pytest.fixture
def regenerate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("regenerate", ROOT / "docs" / "regenerate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Composer() as composer:
        protocol = composer.protocol([f"+study={name}"])
    assert protocol is not None
    assert protocol["question"].endswith("?")
    quickly = [*QUICKLY, "+study.tuning.trials=1"] if "tuning" in protocol else QUICKLY
    assert main(["run", f"+study={name}", *quickly]) == 0
    assert (tmp_path / "runs" / name / "study.json").exists()


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_has_a_page_with_its_output(name: str) -> None:
    page = (ROOT / "docs" / "studies" / f"{name}.md").read_text()
    shown = re.search(
        rf"```sh\nconvlab run \+study={name}\n```\n\n<!-- output -->\n```text\n(.+?)```", page, re.S
    )
    assert shown, f"docs/studies/{name}.md does not show 'convlab run +study={name}' and its output"
    assert len(shown[1]) > 200


@pytest.mark.parametrize("name", STUDIES)
def test_every_file_begins_with_its_command(name: str) -> None:
    lines = (ROOT / "conf" / "study" / f"{name}.yaml").read_text().splitlines()
    assert lines[:2] == ["# @package _global_", f"# convlab run +study={name}"]


def programs() -> list[str]:
    return [code for page in PAGES for code in re.findall(r"```python\n(.*?)```", page.read_text(), re.S)]


@pytest.mark.parametrize("code", programs())
def test_programs_of_the_pages_run(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs", "exec"), {})


def test_the_example_protocol_of_the_index_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    [described] = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs" / "studies" / "README.md").read_text(), re.S
    )
    (tmp_path / "conf" / "study").mkdir(parents=True)
    (tmp_path / "conf" / "study" / "mine.yaml").write_text(described)
    words = ["run", "+study=mine", "--config-dir", "conf", *QUICKLY, "+study.tuning.trials=2"]
    assert main(words) == 0, capsys.readouterr().err


def test_pages_are_regenerated(regenerate: ModuleType, tmp_path: Path) -> None:
    text = "```python\nprint('new')\n```\n\n<!-- output -->\n```text\nold\n```\n<!-- end of output -->\n"
    assert regenerate.regenerated(text, tmp_path) == text.replace("\nold\n", "\nnew\n")


def test_blocks_without_output_run_for_those_below(regenerate: ModuleType, tmp_path: Path) -> None:
    first = "```sh\necho here > file\n```\n"
    second = "```sh\ncat file\n```\n\n<!-- output -->\n<!-- end of output -->\n"
    assert "```text\nhere\n```" in regenerate.regenerated(first + "\n" + second, tmp_path)


def test_a_block_that_fails_ends_it(regenerate: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="ended with 3"):
        regenerate.regenerated("```sh\nexit 3\n```\n", tmp_path)
