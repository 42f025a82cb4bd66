"""What record.json says about software and machine."""

import json
import platform
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from convlab.records.environment import environment


def describe() -> dict[str, object]:
    return environment(isa="avx2", threads=2, plugins={"convlab": "0.1.0"})


def test_names_software_and_machine() -> None:
    found = describe()
    assert found["python"] == platform.python_version()
    assert found["numpy"] == np.__version__
    assert (found["isa"], found["threads"], found["plugins"]) == ("avx2", 2, {"convlab": "0.1.0"})
    assert isinstance(found["command"], list)
    assert json.loads(json.dumps(found)) == found


def test_outside_a_repository_there_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert (describe()["revision"], describe()["modified"]) == (None, None)


@pytest.fixture
def revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Makes the working directory a repository with one file, ``a.txt``; gives its revision."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    monkeypatch.chdir(tmp_path)
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    Path("a.txt").write_text("one")
    for arguments in (["init", "-q"], ["add", "a.txt"], ["commit", "-qm", "first"]):
        subprocess.run(["git", *identity, *arguments], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return head.stdout.strip()


def test_in_a_repository_the_revision_is_told(revision: str) -> None:
    assert (describe()["revision"], describe()["modified"]) == (revision, False)


def test_changed_files_are_told(revision: str) -> None:
    Path("a.txt").write_text("two")
    assert (describe()["revision"], describe()["modified"]) == (revision, True)


def test_git_is_asked_once_for_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = describe()
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("asked again"))
    assert describe() == first


@pytest.mark.parametrize("error", [FileNotFoundError("git"), subprocess.TimeoutExpired("git", 2)])
def test_without_git_a_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.chdir(tmp_path)

    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    assert describe()["revision"] is None
