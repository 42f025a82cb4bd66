"""Claims, parsed and answered."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from convlab.compare import compare
from convlab.compare.claim import Answer, Claim, check_claim
from convlab.errors import ConfigError
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("he_normal > glorot_uniform by 0.5", Claim("he_normal", "glorot_uniform", 0.5, False)),
        ("a>b > c", Claim("a>b", "c", 0.0, False)),
        ("a < b by .5 points", Claim("b", "a", 0.5, False)),
        (
            "optimizer.lr=0.1 > optimizer.lr=0.01 by 1%",
            Claim("optimizer.lr=0.1", "optimizer.lr=0.01", 1.0, False),
        ),
        ("adam, gelu = sgd, relu within 0.25", Claim("adam, gelu", "sgd, relu", 0.25, True)),
        (" a  >  b  by  2 ", Claim("a", "b", 2.0, False)),
    ],
)
def test_claims_are_read(text: str, claim: Claim) -> None:
    assert Claim.parse(text) == claim


def test_a_tie_takes_the_margin_that_holds() -> None:
    assert Claim.parse("a = b", 0.1) == Claim("a", "b", 0.1, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a b", "cannot read the claim 'a b': write \"A > B\""),
        ("a>b", "with spaces around the sign"),
        ("a > b within 1", "'>' and '<' go with 'by'"),
        ("a = b by 1", "'=' goes with 'within'"),
        ("a = b", "a tie needs a margin"),
        ("\x1b[2J", "cannot read the claim '\\\\x1b\\[2J'"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Claim.parse(text)


DIFFERENCES = (0.4, 0.6, 0.5, 0.7, 0.3)


@pytest.fixture
def answer(runs: Path, make_run: MakeRun) -> Callable[[str], Answer]:
    """Answers a claim about adam, which is 0.3 to 0.7 points ahead of sgd."""
    for seed, points in enumerate(DIFFERENCES):
        make_run("sgd", seed=seed, validation=0.901 + seed / 97)
        make_run("adam", seed=seed, validation=0.901 + seed / 97 + points / 100)
    comparison = compare(runs)
    return lambda text: check_claim(Claim.parse(text, comparison.question.margin), comparison)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("adam > sgd", "supported"),
        ("adam > sgd by 0.3", "supported"),
        ("adam > sgd by 0.4", "undecided"),
        ("adam > sgd by 0.8", "refuted"),
        ("sgd > adam", "refuted"),
        ("sgd < adam by 0.2", "supported"),
        ("adam = sgd within 0.8", "supported"),
        ("adam = sgd within 0.6", "undecided"),
        ("adam = sgd", "refuted"),
        ("optimizer=adam > SGD", "supported"),
    ],
)
def test_the_interval_decides(answer: Callable[[str], Answer], text: str, outcome: str) -> None:
    # 95% of the mean difference: 0.304 to 0.696
    found = answer(text)
    assert found.outcome == outcome
    assert (found.further_seeds is None) == (outcome != "undecided")


def test_the_sentence_and_the_seeds_that_are_missing(answer: Callable[[str], Answer]) -> None:
    found = answer("adam > sgd by 0.4")
    effect = (np.mean(DIFFERENCES) - 0.4) / np.std(DIFFERENCES, ddof=1)
    n = next(
        n for n in range(2, 100) if stats.nct.sf(stats.t.ppf(0.975, n - 1), n - 1, effect * n**0.5) >= 0.8
    )
    assert found.further_seeds == n - len(DIFFERENCES)
    assert found.sentence == (
        "undecided: adam beats sgd by more than 0.4 points; difference 0.50 points "
        f"(95% 0.30 to 0.70, 5 paired seeds); about {n - 5} more seeds of each would decide it"
    )


def test_two_seeds_decide_nothing(runs: Path, make_run: MakeRun) -> None:
    for seed in range(2):
        make_run("adam", seed=seed, validation=0.9)
        make_run("sgd", seed=seed, validation=0.1)
    found = check_claim(Claim.parse("adam > sgd"), compare(runs))
    assert (found.outcome, found.further_seeds) == ("undecided", 1)


def test_levels_stand_for_the_mean_over_the_other_settings(runs: Path, make_run: MakeRun) -> None:
    for seed in range(4):
        for activation, shift in (("relu", 0.0), ("gelu", 0.02)):
            make_run("adam", seed=seed, validation=0.9 + shift + seed / 89, activation={"name": activation})
            make_run("sgd", seed=seed, validation=0.88 + seed / 91, activation={"name": activation})
    make_run("lion", seed=0, validation=0.1, activation={"name": "relu"})
    comparison = compare(runs)
    found = check_claim(Claim.parse("adam > sgd"), comparison)
    expected = 100 * np.mean([0.9 + 0.01 + seed / 89 - 0.88 - seed / 91 for seed in range(4)])
    assert found.difference.mean == pytest.approx(expected)
    whole = check_claim(Claim.parse("adam,gelu > adam, relu"), comparison)
    assert whole.difference.mean == pytest.approx(2)
    with pytest.raises(ConfigError, match="'adam' and 'gelu' never ran with the same other settings"):
        check_claim(Claim.parse("adam > gelu"), comparison)


def test_a_name_that_stands_for_several_is_not_guessed(runs: Path, make_run: MakeRun) -> None:
    for rate in (0.1, 0.2):
        make_run({"name": "adam", "lr": rate}, validation=0.9)
    make_run({"name": "sgd", "lr": 0.1}, validation=0.9)
    with pytest.raises(ConfigError, match="'adam' stands for 'adam, optimizer.lr=0.1' and 'adam, .*name one"):
        check_claim(Claim.parse("adam > sgd"), compare(runs))


def test_an_unknown_name_is_told_with_the_nearest(answer: Callable[[str], Answer]) -> None:
    with pytest.raises(ConfigError, match="no configuration 'adm'; did you mean 'adam'\\?"):
        answer("adm > sgd")
