"""The example distribution, installed with pip, is found everywhere just because it is there."""

import importlib.util
from pathlib import Path

import pytest

from convlab.cli import main
from convlab.cli.complete import candidates

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("convlab_checkerboard") is None,
    reason="needs the example: pip install ./examples/convlab-checkerboard",
)


def test_it_is_listed_with_its_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "list"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "convlab-checkerboard" in line]
    assert any("checkerboard" in line and "initializer" in line for line in lines)
    assert any("ripple" in line and "activation" in line for line in lines)


def test_its_documentation_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "info", "checkerboard"]) == 0
    printed = capsys.readouterr().out
    assert "contrast" in printed
    assert "alternating signs" in printed


def test_it_is_in_the_help_of_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--help"]) == 0
    printed = capsys.readouterr().out
    assert "checkerboard" in printed
    assert "ripple" in printed


def test_it_is_completed() -> None:
    assert "initializer=checkerboard" in candidates("convlab run initializer=ch")
    assert "initializers.conv1=checkerboard" in candidates("convlab run initializers.conv1=ch")


def test_it_is_swept_over_with_glob(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["data=synthetic", "epochs=1", f"runs_dir={tmp_path}", "activation=glob([ri*,relu])"]
    assert main(["run", "-m", "initializer=checkerboard,he_normal", *arguments]) == 0
    printed = capsys.readouterr().out
    assert "checkerboard" in printed
    assert "ripple" in printed


def test_its_field_is_typed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["run", "initializer=checkerboard", "initializer.contrast=strong", f"runs_dir={tmp_path}"]
    assert main(arguments) == 2
    assert "contrast must be float, got 'strong'" in capsys.readouterr().err


def test_it_is_certified(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "check", "convlab-checkerboard"]) == 0
    assert "\ncertified: " in capsys.readouterr().out
