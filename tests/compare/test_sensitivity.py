"""Score against learning rate."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.compare import compare
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]

CURVE = {0.001: 0.80, 0.01: 0.945, 0.1: 0.95, 0.3: 0.942, 1.0: 0.2, 3.0: 0.949}


def test_the_good_range_is_the_one_around_the_best_rate(runs: Path, make_run: MakeRun) -> None:
    for rate, value in CURVE.items():
        make_run({"name": "sgd", "lr": rate}, validation=value)
    (found,) = compare(runs).sensitivities
    assert (found.label, found.setting, found.best_rate) == ("all", "optimizer.lr", 0.1)
    assert found.rates == tuple(CURVE)
    assert found.means == pytest.approx(tuple(CURVE.values()))
    assert (found.low, found.high) == (0.01, 0.3)  # 3.0 is good as well, but 1.0 lies between
    assert found.decades == pytest.approx(1.477, abs=1e-3)


def test_groups_that_differ_otherwise_are_apart(runs: Path, make_run: MakeRun) -> None:
    for name, shift in (("adam", 0.01), ("sgd", 0.0)):
        for rate in (0.1, 0.2):
            make_run({"name": name, "lr": rate}, validation=0.9 + shift - rate / 10)
    make_run({"name": "lion", "lr": 0.1}, validation=0.5)
    found = compare(runs).sensitivities
    assert [(item.label, item.best_rate) for item in found] == [("adam", 0.1), ("sgd", 0.1)]


def test_rates_that_do_not_vary_are_no_curve(runs: Path, make_run: MakeRun) -> None:
    make_run({"name": "adam", "lr": 0.1}, validation=0.9)
    make_run({"name": "sgd", "lr": 0.1}, validation=0.9)
    assert compare(runs).sensitivities == ()
