"""The contract of trackers, over everything installed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from convlab.plugin import Tracker
from convlab.registry import registry
from convlab_plugins import trackers

NAMES = list(registry().offers("tracker"))
CONFIG = {"seed": 0, "optimizer": {"name": "adam", "betas": [0.9, 0.999]}, "bias": None}
METRICS: dict[str, float | int | str] = {
    "epoch": 1,
    "train_loss": 0.5,
    "validation_accuracy": 0.25,
    "gradient_norm": float("nan"),
    "note": "größer",
}

Build = Callable[[str, Path], Tracker]


@pytest.fixture
def build() -> Iterator[Build]:
    made: list[Tracker] = []

    def build(name: str, folder: Path) -> Tracker:
        tracker: Tracker = registry().build("tracker", name, folder)
        made.append(tracker)
        return tracker

    yield build
    for tracker in made:
        tracker.finish({"status": "failed"})


def test_what_the_package_offers_is_installed() -> None:
    assert set(trackers.OFFERS) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_is_a_tracker_and_described(name: str, tmp_path: Path, build: Build) -> None:
    assert isinstance(build(name, tmp_path), Tracker)
    assert registry().offer("tracker", name).summary


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("status", ["finished", "interrupted", "diverged", "failed"])
def test_takes_a_whole_run(name: str, status: str, tmp_path: Path, build: Build) -> None:
    tracker = build(name, tmp_path)
    tracker.start(CONFIG, 0)
    for epoch in (1, 2):
        tracker.log({**METRICS, "epoch": epoch})
    tracker.finish({"status": status, "test_accuracy": float("nan")})


@pytest.mark.parametrize("name", NAMES)
def test_takes_a_run_without_epochs_and_a_resumed_one(name: str, tmp_path: Path, build: Build) -> None:
    for first_epoch in (0, 1):
        tracker = build(name, tmp_path)
        tracker.start(CONFIG, first_epoch)
        tracker.finish({"status": "interrupted"})


@pytest.mark.parametrize("name", NAMES)
def test_leaves_what_it_is_given_as_it_was(name: str, tmp_path: Path, build: Build) -> None:
    config, metrics, result = dict(CONFIG), dict(METRICS), {"status": "finished"}
    tracker = build(name, tmp_path)
    tracker.start(config, 0)
    tracker.log(metrics)
    tracker.finish(result)
    given: list[dict[str, Any]] = [config, metrics, result]
    assert [list(item) for item in given] == [list(CONFIG), list(METRICS), ["status"]]
    assert config == CONFIG
