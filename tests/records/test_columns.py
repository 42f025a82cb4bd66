"""In what configs differ."""

from typing import Any

import pytest

from convlab.records.columns import differing_columns
from convlab.records.flat import flatten

ADAM = {"name": "adam", "lr": 0.1, "beta": 0.9}


@pytest.mark.parametrize(
    ("configs", "columns"),
    [
        ([{"epochs": 1}], []),
        ([{"epochs": 1}, {"epochs": 1}], []),
        ([{"epochs": 1}, {"epochs": 2}], ["epochs"]),
        ([{"lr": 1}, {"lr": 1.0}], []),
        ([{"bias": None}, {"bias": True}], ["bias"]),
        ([{"o": ADAM}, {"o": {"name": "sgd", "momentum": 0.9}}], ["o"]),
        ([{"o": ADAM}, {"o": {**ADAM, "lr": 0.2}}], ["o.lr"]),
        ([{"o": ADAM}, {"o": {**ADAM, "lr": 0.2}}, {"o": {"name": "sgd", "lr": 0.1}}], ["o", "o.lr"]),
        ([{"o": ADAM}, {"o": {"name": "adam", "lr": 0.1}}], ["o.beta"]),
        ([{"initializers": {}}, {"initializers": {"conv1": {"name": "gabor"}}}], ["initializers.conv1"]),
        (
            [
                {"initializers": {"conv1": {"name": "gabor", "size": 3}}},
                {"initializers": {"conv1": {"name": "gabor", "size": 5}}},
            ],
            ["initializers.conv1.size"],
        ),
        ([{"betas": [0.9, 0.99]}, {"betas": [0.9, 0.999]}], ["betas"]),
        (
            [
                {"model": {"name": "sequential", "layers": [{"name": "conv", "k": 8}, {"name": "dense"}]}},
                {"model": {"name": "sequential", "layers": [{"name": "conv", "k": 16}, {"name": "dense"}]}},
            ],
            ["model.layers.0.k"],
        ),
    ],
)
def test_only_what_differs_is_a_column(configs: list[dict[str, Any]], columns: list[str]) -> None:
    assert differing_columns([flatten(config) for config in configs]) == columns
