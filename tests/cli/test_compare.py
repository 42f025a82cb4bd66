"""Runs side by side, on the command line."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.cli import main

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sweep(command: Command, instant_runs: None) -> None:
    """Two seeds of one configuration in runs/default."""
    command("run", "-m", "seed=0,1", "epochs=1")


@pytest.mark.usefixtures("sweep")
def test_runs_are_compared(command: Command) -> None:
    code, out, err = command("compare", "runs/default")
    assert (code, err) == (0, "")
    assert "0.960 ± 0.000" in out
    assert "over 2 seeds" in out
    assert "Intervals of validation accuracy" in out


def test_a_folder_that_is_not_there_is_named(command: Command) -> None:
    code, out, err = command("compare", "nowhere")
    assert (code, out) == (1, "")
    assert err.startswith("convlab: error: no folder nowhere")


@pytest.mark.usefixtures("sweep")
def test_other_formats(command: Command) -> None:
    _, out, _ = command("compare", "runs/default", "--format", "json", "--target", "0.95")
    document = json.loads(out)
    assert document["metric"] == "validation_accuracy"
    assert document["targets"][0]["target"] == 0.95
    _, out, _ = command("compare", "runs/default", "--format", "csv")
    (line,) = csv.DictReader(io.StringIO(out))
    assert float(line["mean"]) == 0.96
    _, out, _ = command("compare", "runs/default", "--format", "markdown", "--metric", "test_accuracy")
    assert out.startswith("- small\\_convnet: test accuracy 0.970")
    _, out, _ = command("compare", "runs/default", "--format", "latex")
    assert "\\begin{tabular}" in out


@pytest.mark.usefixtures("sweep")
def test_a_terminal_that_knows_only_ascii_gets_ascii(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    monkeypatch.setattr("sys.stdout", page)
    assert main(["compare", "runs/default", "--format", "markdown"]) == 0
    page.seek(0)
    assert "0.960 \\xb1 0.000" in page.read()


@pytest.mark.usefixtures("sweep")
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_file_gets_what_the_terminal_would(command: Command, tmp_path: Path, form: str) -> None:
    _, printed, _ = command("compare", "runs/default", "--format", form)
    assert command("compare", "runs/default", "--format", form, "--output", "found") == (0, "", "")
    assert (tmp_path / "found").read_text() == printed


@pytest.mark.usefixtures("sweep")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--metric", "accuracy"], "no finished run has a metric 'accuracy'; did you mean "),
        (["--margin", "-1"], "margin must be a number >= 0, got -1.0"),
        (["--target", "95"], "target must be in (0, 1], got 95.0"),
        (["--baseline", "none"], "no configuration 'none'"),
        (["--format", "pdf"], "argument --format: invalid choice"),
    ],
)
def test_options_that_do_not_fit(command: Command, words: list[str], message: str) -> None:
    code, out, err = command("compare", "runs/default", *words)
    assert (code, out) == (2, "")
    assert message in err
