"""The verdict in sentences."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.compare import Question, compare
from convlab.compare.wording import listed, named
from convlab.errors import ConfigError
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]
Fill = Callable[..., None]

BASE = (0.9012, 0.9251, 0.9133, 0.9372, 0.9091, 0.9194, 0.9315, 0.9056, 0.9217, 0.9158)


@pytest.fixture
def fill(make_run: MakeRun) -> Fill:
    """Makes an arm whose runs are the base plus an advantage in points, which varies a little."""

    def make(name: str, ahead: float, *, spread: float = 0.05, seeds: int = 10) -> None:
        for seed, value in enumerate(BASE[:seeds]):
            wobble = spread * (-1) ** seed * (1 + seed % 3)
            make_run(name, seed=seed, validation=value + (ahead + wobble) / 100)

    return make


def test_two_arms(runs: Path, fill: Fill) -> None:
    fill("glorot_uniform", 0, spread=0)
    fill("he_normal", 0.42, spread=0.15)
    assert compare(runs).sentences == (
        "he_normal beats glorot_uniform by 0.43 points (95% 0.20 to 0.67, 10 paired seeds)",
    )


def test_a_tie(runs: Path, fill: Fill) -> None:
    fill("gelu", 0, spread=0)
    fill("silu", 0.01, spread=0.01)
    (sentence,) = compare(runs).sentences
    assert sentence.startswith("silu and gelu tie within 0.1 points: difference 0.01 points (95% ")


def test_an_open_question_tells_how_many_seeds_would_answer(runs: Path, fill: Fill) -> None:
    fill("gelu", 0, spread=0, seeds=4)
    fill("silu", 0.2, spread=0.3, seeds=4)
    (sentence,) = compare(runs).sentences
    assert sentence.startswith("silu and gelu are not told apart: difference 0.28 points (95% -0.78 to")
    assert sentence.endswith("4 paired seeds); about 44 more seeds of each would tell")


def test_many_arms(runs: Path, fill: Fill) -> None:
    fill("best", 1.0)
    fill("close", 0.95, spread=0.4)
    fill("twin", 0.5, spread=0.01)
    fill("twin2", 0.5, spread=0.011)
    fill("bad", -5)
    found = compare(runs).sentences
    assert found[0].startswith("best leads 5 configurations: it beats ")
    assert "it is not told apart from close (about " in found[0]
    assert found[1].startswith("best and close are not told apart: difference ")
    assert "best beats bad by 6.00 points (95% " in found[4]
    assert found[5].startswith("twin2 and twin tie within 0.1 points") or found[5].startswith(
        "twin and twin2 tie"
    )


def test_a_winner_of_many(runs: Path, fill: Fill) -> None:
    fill("best", 1.0)
    fill("second", 0.5, spread=0.06)
    fill("third", 0)
    assert compare(runs).headline.startswith(
        "best is best: it beats all 2 others, the next, second by 0.50 points (95% "
    )


def test_against_a_baseline(runs: Path, fill: Fill) -> None:
    fill("adam", 0.5)
    fill("sgd", 0, spread=0)
    fill("lion", -0.5)
    found = compare(runs, Question(baseline="SGD"))
    assert found.headline == "against sgd, better: adam; worse: lion"
    assert found.sentences[2].startswith("sgd beats lion by ")
    assert found.pairs.family == 2


def test_an_unknown_baseline_is_told_with_the_nearest(runs: Path, fill: Fill) -> None:
    fill("adam", 0.5, seeds=1)
    fill("sgd", 0, seeds=1)
    with pytest.raises(
        ConfigError, match="no configuration 'adm'; did you mean 'adam'\\? configurations: adam, sgd"
    ):
        compare(runs, Question(baseline="adm"))


def test_unpaired_seeds_are_said_to_be(runs: Path, make_run: MakeRun) -> None:
    for seed in range(5):
        make_run("adam", seed=seed, validation=BASE[seed] + 0.05)
        make_run("sgd", seed=seed + 100, validation=BASE[seed])
    assert "5 unpaired seeds" in compare(runs).headline


def test_less_is_better_for_seconds(runs: Path, make_run: MakeRun) -> None:
    for seed in range(4):
        for name, seconds in (("adam", 2.0), ("sgd", 1.0)):
            run = make_run(name, seed=seed, validation=0.9)
            run.write_result({**(run.result or {}), "seconds": seconds * (1 + seed / 10)})
    found = compare(runs, Question(metric="seconds"))
    assert found.headline == "sgd beats adam by 1.15 s (95% 0.945 to 1.36, 4 paired seeds)"


def test_no_run_and_one_run(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", status=None)
    assert compare(runs).sentences == ("no run has finished",)


def test_survivors_are_said_to_be(runs: Path, fill: Fill, make_run: MakeRun) -> None:
    fill("adam", 0.5)
    fill("sgd", 0, spread=0)
    make_run("adam", seed=50, status="diverged", message="NaN")
    make_run("adam", seed=51, status=None)
    assert compare(runs).sentences[-1] == (
        "adam: 2 of 12 runs did not finish (1 diverged, 1 interrupted) and are not in its mean"
    )


def test_names_in_sentences() -> None:
    assert (named("a"), named("a, b")) == ("a", "'a, b'")
    assert listed(["a", "b", "c", "d"]) == "a, b, c and d"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 others"


def test_arms_on_different_data_are_said_to_be(runs: Path, make_run: MakeRun) -> None:
    for seed in range(3):
        make_run("adam", seed=seed, validation=0.9, data={"name": "digits"})
        make_run("adam", seed=seed, validation=0.8, data={"name": "mnist"})
    assert compare(runs).sentences[-1] == (
        "the data differ (digits and mnist): accuracies are not of the same images"
    )
