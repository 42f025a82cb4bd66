"""CSV: full numbers, and nothing that a spreadsheet would compute."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.compare import Question, compare
from convlab.compare.formats import to_csv
from convlab.compare.formats.delimited import safe_cell
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_numbers_are_whole(runs: Path, make_run: MakeRun) -> None:
    for seed in range(3):
        make_run("adam", seed=seed, validation=0.9 + seed / 97)
        make_run("sgd", seed=seed, validation=0.8 + seed / 89)
    comparison = compare(runs, Question(baseline="sgd"))
    adam, sgd = lines(to_csv(comparison))
    assert (adam["configuration"], adam["optimizer"], adam["against"]) == ("adam", "adam", "sgd")
    assert float(adam["difference"]) == comparison.pairs.between(0, 1).mean
    assert float(adam["mean"]) == pytest.approx(0.9 + 1 / 97)
    assert (sgd["against"], sgd["difference"]) == ("", "")


def test_without_a_baseline_the_others_are_told_from_the_best(runs: Path, make_run: MakeRun) -> None:
    for seed in range(3):
        make_run("adam", seed=seed, validation=0.9 + seed / 97)
        make_run("sgd", seed=seed, validation=0.8 + seed / 89)
    adam, sgd = lines(to_csv(compare(runs)))
    assert (adam["against"], sgd["against"], sgd["verdict"]) == ("", "adam", "worse")
    assert float(sgd["difference"]) < 0


def test_no_cell_is_a_formula(hostile_runs: Path) -> None:
    table = lines(to_csv(compare(hostile_runs)))
    assert len(table) == 20
    for line in table:
        for name, cell in line.items():
            if name in ("configuration", "optimizer", "against"):
                assert not cell.startswith(("=", "+", "-", "@"))
            assert cell.isprintable()


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", " =1"])
def test_an_apostrophe_makes_it_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_what_could_steer_a_terminal_is_made_visible() -> None:
    assert [safe_cell(text) for text in ("\t=1", "\r1", "\x1b[2J")] == ["\\t=1", "\\r1", "\\x1b[2J"]
