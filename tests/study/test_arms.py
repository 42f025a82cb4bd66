"""Arms: all combinations of the axes, as overrides that Hydra reads back as they were meant."""

from typing import Any

import pytest

from convlab.config import Composer
from convlab.study.arms import make_arms, override


def test_arms_are_all_combinations() -> None:
    arms = make_arms({"activation": ["relu", "tanh"], "epochs": [1, 2]}, list)
    assert [arm.label for arm in arms] == [
        "relu, epochs=1",
        "relu, epochs=2",
        "tanh, epochs=1",
        "tanh, epochs=2",
    ]
    assert arms[1].overrides == ("activation=relu", "epochs=2")


def test_without_axes_there_is_one_arm() -> None:
    assert [arm.overrides for arm in make_arms({}, list)] == [()]


def test_text_is_expanded_like_a_sweep() -> None:
    with Composer() as composer:
        arms = make_arms({"initializer": "glob(he*)", "batch_size": "range(1,3)"}, composer.expand)
    assert [arm.label for arm in arms] == [
        "he_normal, batch_size=1",
        "he_normal, batch_size=2",
        "he_uniform, batch_size=1",
        "he_uniform, batch_size=2",
    ]


@pytest.mark.parametrize("value", ["no", "it's", "a,b", "true", "null", "a b", "012", "1:30", "x=1"])
def test_any_text_survives(value: str) -> None:
    with Composer() as composer:
        assert composer.compose([override("study", value)]).study == value.replace("/", "")


@pytest.mark.parametrize("value", [{"conv1": {"name": "gabor", "orientations": 4}}, {"conv1": "gabor"}])
def test_mappings_survive(value: dict[str, Any]) -> None:
    with Composer() as composer:
        found = composer.compose([override("initializers", value)]).initializers["conv1"]
    assert isinstance(found, dict)
    assert found["name"] == "gabor"
