"""A comparison in the terminal."""

import io
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from rich.console import Console

from convlab.compare import Question, compare, render
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]

LONG = "a_rather_long_name_of_an_optimizer"


class Output(io.TextIOWrapper):
    """A text file in memory with a given encoding, which fails on what the encoding cannot hold."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, write_through=True)

    def text(self) -> str:
        self.seek(0)
        return self.read()


def rendered(runs: Path, width: int, *, terminal: bool, encoding: str = "utf-8") -> str:
    output = Output(encoding)
    render(compare(runs), Console(file=output, width=width, force_terminal=terminal, color_system=None))
    return output.text()


@pytest.fixture
def two_rows(runs: Path, make_run: MakeRun) -> Path:
    make_run(LONG, seed=0, validation=0.9, test=0.8)
    make_run(LONG, seed=1, validation=0.92, test=0.82)
    make_run("sgd", validation=0.7)
    make_run("sgd", seed=1, status="diverged", message="loss is NaN at epoch 1, step 3")
    return runs


def test_a_wide_terminal_gets_a_table(two_rows: Path) -> None:
    lines = rendered(two_rows, 120, terminal=True).splitlines()
    (best,) = [line for line in lines if line.startswith(f"│ {LONG}")]
    cells = [cell.strip() for cell in best.split("│")[1:-1]]
    assert cells == [LONG, "0.910 ± 0.014", "0.920 ± 0.014", "0.810 ± 0.014", "2", "2", "2.0"]
    (other,) = [line for line in lines if line.startswith("│ sgd")]
    assert "1 of 2" in other
    assert lines.index(best) < lines.index(other)
    assert any(
        line.startswith(f"no verdict from 2 seeds: validation accuracy {LONG} 0.910") for line in lines
    )
    assert "not in the means (1):" in lines
    assert lines[-1].endswith(": diverged: loss is NaN at epoch 1, step 3")


@pytest.mark.parametrize("width", [20, 40, 60, 79])
def test_a_narrow_terminal_gets_a_list_with_whole_names(two_rows: Path, width: int) -> None:
    text = rendered(two_rows, width, terminal=True)
    assert f"1. optimizer={LONG}" in text.replace("\n", "") or f"1. optimizer={LONG}" in text.replace(
        "\n", " "
    )
    assert "   validation: 0.910 ± 0.014" in text.replace("\n", " ")
    assert "…" not in text
    before_notes = text.partition("not in the means")[0]
    assert max(map(len, before_notes.splitlines())) <= width
    assert text.splitlines()[-1].endswith(": diverged: loss is NaN at epoch 1, step 3")


def test_piped_output_is_never_cut_or_wrapped(two_rows: Path) -> None:
    assert rendered(two_rows, 40, terminal=False) == rendered(two_rows, 500, terminal=False)
    assert LONG in rendered(two_rows, 40, terminal=False)


def test_the_width_of_the_console_is_left_as_it_was(two_rows: Path) -> None:
    console = Console(file=Output("utf-8"), width=40, force_terminal=False)
    render(compare(two_rows), console)
    assert console.width == 40


@pytest.mark.parametrize("terminal", [True, False])
def test_an_ascii_output_gets_ascii(two_rows: Path, make_run: MakeRun, terminal: bool) -> None:
    make_run("größe", validation=0.5)
    text = rendered(two_rows, 40, terminal=terminal, encoding="ascii")
    assert text.isascii()
    assert "0.910 +- 0.014" in text
    assert "gr\\xf6\\xdfe" in text


def test_no_escape_codes_when_color_is_off(two_rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    output = Output("utf-8")
    render(compare(two_rows), Console(file=output, width=120, force_terminal=False))
    assert "\x1b" not in output.text()


def test_markup_in_names_is_text(runs: Path, make_run: MakeRun) -> None:
    make_run("[red]adam[/red]", validation=0.9)
    make_run("[/]", validation=0.8)
    text = rendered(runs, 120, terminal=True)
    assert "│ [red]adam[/red] │" in text
    assert "│ [/] " in text


def test_runs_without_differences_have_one_row(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", validation=0.9, model={"name": "lenet5"})
    text = rendered(runs, 120, terminal=True)
    assert "│ configuration │" in text.replace("┃", "│")
    assert "│ lenet5        │" in text
    assert "lenet5: validation accuracy 0.900 over 1 seed" in text


def test_a_row_without_a_finished_run_shows_dashes(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", status=None)
    text = rendered(runs, 120, terminal=True)
    assert "0 of 1" in text
    assert "no run has finished" in text


def test_a_table_that_nobody_reads_to_the_end_is_cut(
    runs: Path, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        make_run(f"optimizer{number}", validation=0.9 - number / 100)
    monkeypatch.setattr(import_module("convlab.compare.render"), "_ROWS", 3)
    text = rendered(runs, 120, terminal=True)
    assert "│ optimizer2 │" in text
    assert "│ optimizer3 │" not in text
    assert "and 2 more, which 'convlab compare --format markdown' lists" in text


def test_details_follow_when_asked_for(two_rows: Path, make_run: MakeRun) -> None:
    make_run(LONG, seed=2, validation=0.93)
    for seed in (2, 3):
        make_run("sgd", seed=seed, validation=0.7)
    output = Output("utf-8")
    console = Console(file=output, width=200, force_terminal=False, color_system=None)
    render(compare(two_rows, Question(target=0.8)), console, details=True)
    text = output.text()
    titles = ["Intervals of validation accuracy", "Differences", "Time to a validation accuracy of 0.8"]
    places = [text.index(f"\n{title}\n") for title in titles]
    assert places == sorted(places)
    assert "not in the means (1):" in text[places[-1] :]


def test_three_arms_have_ranks_with_bars(runs: Path, make_run: MakeRun) -> None:
    for seed in range(12):
        for name, value in (("a", 0.9), ("b", 0.8), ("c", 0.8 + 0.001 * (-1) ** seed)):
            make_run(name, seed=seed, validation=value)
    output = Output("utf-8")
    console = Console(file=output, width=200, force_terminal=False, color_system=None)
    render(compare(runs), console, details=True)
    rows = [line for line in output.text().partition("Average ranks")[2].splitlines() if line.startswith("│")]
    assert [[cell.strip() for cell in row.split("│")[1:-1]] for row in rows] == [
        ["a", "1.00", "."],
        ["b", "2.50", "|"],
        ["c", "2.50", "|"],
    ]
