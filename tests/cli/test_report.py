"""``convlab report``: where the page goes, and what is printed."""

import json
import re
import shlex
from html import unescape
from pathlib import Path

import pytest

from convlab.cli import main

QUICK = ["data=synthetic", "epochs=1"]


@pytest.fixture
def study(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Path:
    """A folder with one run."""
    assert main(["run", *QUICK, f"runs_dir={tmp_path}", "study=one"]) == 0
    capfd.readouterr()
    return tmp_path / "one"


def test_the_page_goes_into_the_folder_and_its_path_is_printed(
    study: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(study)]) == 0
    path = study / "report.html"
    assert capfd.readouterr().out == f"{path}\n"
    assert path.read_text().startswith("<!DOCTYPE html>")


def test_it_goes_elsewhere_when_asked(study: Path, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.html"
    assert main(["report", str(study), "--output", str(path), "--metric", "test_accuracy"]) == 0
    assert "ranked by test accuracy" in path.read_text()
    assert not (study / "report.html").exists()


def test_the_command_that_it_names_repeats_the_number(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["report", str(study)]) == 0
    (command,) = re.findall(r"<code>(convlab run .*?)</code>", (study / "report.html").read_text())
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(unescape(command))[1:]) == 0
    first, again = (results(folder) for folder in (study, tmp_path / "repeated" / "one"))
    assert first == again


def results(folder: Path) -> dict[str, object]:
    """What the run in a folder reached, but for the time that it took."""
    (path,) = folder.glob("*/result.json")
    return {name: value for name, value in json.loads(path.read_text()).items() if name != "seconds"}


def test_a_folder_without_runs_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) == 1
    assert "no runs in" in capfd.readouterr().err
