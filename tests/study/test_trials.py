"""Searches: the same trials for every arm, whenever it runs, within the space."""

import math
from typing import Any

import pytest

from convlab.study.protocol import Tuning
from convlab.study.trials import make_search

SPACE = {
    "optimizer.lr": {"low": 1e-4, "high": 1.0, "log": True},
    "batch_size": {"low": 8, "high": 64},
    "bias": [True, False],
}


def spent(tuning: Tuning) -> list[dict[str, Any]]:
    """All that a search tries, if the score is the better the nearer the rate is to 0.01."""
    search, tried = make_search(tuning), []
    while values := search.ask():
        tried += values
        search.tell([-abs(math.log10(item["optimizer.lr"]) + 2) for item in values])
    return tried


def test_a_grid_is_all_combinations() -> None:
    tuning = Tuning({"optimizer.lr": [0.1, 0.2], "batch_size": [8, 16]})
    assert spent(tuning) == [
        {"optimizer.lr": rate, "batch_size": size} for rate in (0.1, 0.2) for size in (8, 16)
    ]


@pytest.mark.parametrize("method", ["random", "optuna"])
class TestRanges:
    def tuning(self, method: Any) -> Tuning:
        if method == "optuna":
            pytest.importorskip("optuna", reason="needs optuna: pip install 'convlab[optuna]'")
        return Tuning(SPACE, method=method, trials=30)

    def test_all_trials_are_in_the_space(self, method: str) -> None:
        tried = spent(self.tuning(method))
        assert len(tried) == 30
        assert all(1e-4 <= item["optimizer.lr"] <= 1 for item in tried)
        assert all(8 <= item["batch_size"] <= 64 and isinstance(item["batch_size"], int) for item in tried)
        assert {item["bias"] for item in tried} == {True, False}

    def test_they_are_the_same_every_time(self, method: str) -> None:
        assert spent(self.tuning(method)) == spent(self.tuning(method))


def test_a_logarithmic_range_is_drawn_evenly_over_its_decades() -> None:
    tried = spent(Tuning(SPACE, method="random", trials=400))
    below = sum(item["optimizer.lr"] < 1e-2 for item in tried)
    assert 160 < below < 240  # 200 +- 4 standard deviations: false alarm in 6 of 100,000 other seeds


def test_optuna_comes_nearer_than_chance() -> None:
    pytest.importorskip("optuna", reason="needs optuna: pip install 'convlab[optuna]'")
    space = {"optimizer.lr": {"low": 1e-6, "high": 1e4, "log": True}}

    def distance(method: Any) -> float:
        tried = spent(Tuning(space, method=method, trials=40))
        return sorted(abs(math.log10(item["optimizer.lr"]) + 2) for item in tried)[10]

    assert distance("optuna") < distance("random") / 2
