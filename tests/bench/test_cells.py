"""Ratios and their spread."""

import math

import pytest

from convlab.bench.cells import Cell, total_ratio
from convlab.bench.timing import Times


def cell(task: str, ours: float, **peers: float) -> Cell:
    theirs = {name: Times((seconds,) * 3) for name, seconds in peers.items()}
    return Cell("shape", task, 1, "float32", Times((ours,) * 3), theirs)


def test_the_ratio_is_to_the_better_layout() -> None:
    found = cell("forward", 2.0, NCHW=6.0, channels_last=5.0)
    assert (found.best_peer, found.ratio) == ("channels_last", 2.5)


def test_without_pytorch_there_is_no_ratio() -> None:
    found = cell("forward", 2.0)
    assert found.best_peer is None
    assert math.isnan(found.ratio)
    assert found.to_mapping()["ratio"] is None


def test_the_spread_is_that_of_the_ratios_of_the_rounds() -> None:
    ours, theirs = Times((1.0, 2.0, 4.0)), Times((2.0, 4.0, 8.0))
    found = Cell("shape", "forward", 1, "float32", ours, {"NCHW": theirs})
    assert found.ratio_spread == 0.0  # a drift that meets both is none
    assert found.ours.spread > 0.5


def test_both_passes_together_weigh_by_their_time() -> None:
    assert total_ratio(cell("forward", 1.0, NCHW=4.0), cell("backward", 3.0, NCHW=3.0)) == pytest.approx(
        7 / 4
    )


def test_plain_data_has_every_round() -> None:
    mapping = cell("step", 2.0, NCHW=6.0).to_mapping()
    assert mapping["convlab"] == {"median": 2.0, "spread": 0.0, "rounds": [2.0, 2.0, 2.0]}
    assert (mapping["best"], mapping["ratio"]) == ("NCHW", 3.0)
