"""What a study may fix, and how mistakes in it are told."""

from typing import Any

import pytest

from convlab.errors import ConfigError
from convlab.study import Protocol


def test_settings_may_come_nested_or_dotted() -> None:
    nested = Protocol.from_mapping({"axes": {"optimizer": {"lr": [0.1]}, "bias": [True]}})
    assert nested.axes == {"optimizer.lr": [0.1], "bias": [True]}
    space = {"optimizer": {"lr": {"low": 0.1, "high": 1.0}}, "epochs": [1, 2]}
    tuned = Protocol.from_mapping({"tuning": {"space": space, "method": "random", "trials": 3}})
    assert tuned.tuning is not None
    assert tuned.tuning.space == {"optimizer.lr": {"low": 0.1, "high": 1.0}, "epochs": [1, 2]}


def test_seeds_are_a_number_or_a_list() -> None:
    assert Protocol(seeds=3).final_seeds == [0, 1, 2]
    assert Protocol(seeds=[7, 5]).final_seeds == [7, 5]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"axis": {}}, "study has no field 'axis'; did you mean 'axes'?"),
        ({"seeds": 0}, "study.seeds must be a number >= 1"),
        ({"seeds": [1, 1]}, "or different seeds"),
        ({"seeds": "many"}, r"study.seeds must be int \| list"),
        ({"axes": {"bias": True}}, "study.axes.bias must be a list of values, got True"),
        ({"axes": {"bias": []}}, "study.axes.bias must be a list of values"),
        ({"seconds": 0.0}, "study.seconds must be > 0"),
        ({"margin": -0.1}, "study.margin must be >= 0"),
        ({"target": 95.0}, r"study.target must be an accuracy in \(0, 1\], got 95.0"),
        ({"metric": "loss"}, "study.metric must be"),
        ({"tuning": 3}, "study.tuning must be a mapping with a space"),
        ({"tuning": {}}, "study.tuning.space is empty"),
        ({"tuning": {"spaces": {}}}, "study.tuning has no field 'spaces'; did you mean 'space'?"),
        ({"tuning": {"space": {"epochs": 3}}}, "space.epochs must be a list of values or {low, high, log}"),
        ({"tuning": {"space": {"epochs": [1]}, "seeds": 0}}, "study.tuning.seeds must be >= 1"),
        ({"tuning": {"space": {"epochs": [1]}, "method": "random"}}, "needs a number of trials"),
        ({"tuning": {"space": {"lr": {"low": 0.1, "high": 1}}}}, "a grid needs a list"),
        (
            {"tuning": {"space": {"lr": {"low": 2, "high": 1}}, "method": "random", "trials": 1}},
            "low < high",
        ),
        (
            {
                "tuning": {
                    "space": {"lr": {"low": 0, "high": 1, "log": True}},
                    "method": "random",
                    "trials": 1,
                }
            },
            "> 0 if log",
        ),
    ],
)
def test_mistakes_are_named(mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        Protocol.from_mapping(mapping)
