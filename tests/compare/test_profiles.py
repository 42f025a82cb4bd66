"""Performance profiles."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.compare import Question, compare
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


def test_shares_by_hand(runs: Path, make_run: MakeRun) -> None:
    for seed, value in enumerate((0.9, 0.95, 0.9, 0.8)):
        make_run("adam", seed=seed, validation=value)
    comparison = compare(runs)
    (profile,) = comparison.profiles
    assert profile.scores == (0.95, 0.9, 0.8)
    assert profile.shares == (0.25, 0.75, 1.0)
    shares = [profile.share_at(score, comparison.metric) for score in (0.96, 0.95, 0.91, 0.9, 0.1)]
    assert shares == [0, 0.25, 0.25, 0.75, 1]


def test_where_less_is_better_a_run_reaches_what_lies_above(runs: Path, make_run: MakeRun) -> None:
    for seed, seconds in enumerate((1.0, 2.0)):
        run = make_run("adam", seed=seed, validation=0.9)
        run.write_result({**(run.result or {}), "seconds": seconds})
    comparison = compare(runs, Question(metric="seconds"))
    (profile,) = comparison.profiles
    assert profile.scores == (1.0, 2.0)
    assert [profile.share_at(score, comparison.metric) for score in (0.5, 1.5, 2.5)] == pytest.approx(
        [0, 0.5, 1]
    )
