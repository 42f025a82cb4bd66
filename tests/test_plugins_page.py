"""docs/plugins.md is true: its commands take a new user from nothing to a certified, compared plugin."""

import inspect
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab import hookspecs, registry, tracing
from convlab.cli import main
from convlab.contracts.claims import CLAIMS, SETTINGS

TEXT = (Path(__file__).parents[1] / "docs" / "plugins.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_commands_and_the_python_run_in_their_order(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    install_distribution: Callable[[Path], None],
) -> None:
    monkeypatch.chdir(tmp_path)
    for language, block in re.findall(r"```(sh|python)\n(.*?)```", TEXT, re.DOTALL):
        if language == "python":
            exec(compile(block, "plugins.md", "exec"), {"__name__": "__main__"})
            continue
        for program, *words in (shlex.split(line) for line in block.splitlines()):
            if program == "convlab":
                assert main(words) == 0, capsys.readouterr().err
            elif program == "pip":
                assert words[:2] == ["install", "-e"]
                install_distribution(tmp_path / words[2])
            else:
                run_pytest(words, tmp_path / "convlab-swoosh" / "src")
    out = capsys.readouterr().out
    assert "\ncertified: " in out
    assert json.loads((tmp_path / "certificate.json").read_text())["certified"]
    assert "passed          derivative_is_the_slope: " in out
    assert re.search(r"^swoosh .*(beats|not told apart)", out, re.MULTILINE) or "swoosh" in out


def run_pytest(words: list[str], source: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    environment = {"PYTHONPATH": str(source), "PATH": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


HOOKS = [name for name in vars(hookspecs) if name.startswith("convlab_")]


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented_with_its_factory(hook: str) -> None:
    specified = re.search(r"``(\(.*?)``", inspect.getdoc(getattr(hookspecs, hook)) or "")
    assert specified, f"{hook}: the docstring says what a factory is"
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{hook}` |"))
    documented = re.search(r"`(\(.*?)`", row)
    assert documented
    assert documented[1] == specified[1]


def test_the_hooks_are_those_of_the_registry() -> None:
    assert set(HOOKS) == set(registry.KINDS.values())


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_kind_has_its_checks_described(kind: str) -> None:
    assert re.search(rf"^\| {kind} \| .{{20,}} \|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize("claim", [SETTINGS, *(claim for known in CLAIMS.values() for claim in known)])
def test_every_claim_is_documented(claim: str) -> None:
    assert f"`{claim}`" in TEXT.partition("| kind | claim |")[2].partition("\n\n")[0]


@pytest.mark.parametrize("variable", ["CONVLAB_BLOCK_PLUGINS", tracing.VARIABLE])
def test_the_variables_are_documented(variable: str) -> None:
    assert f"| `{variable}` |" in TEXT
