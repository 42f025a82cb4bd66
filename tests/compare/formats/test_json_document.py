"""JSON: everything, and valid."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.compare import Question, compare
from convlab.compare.formats import to_json
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


def test_it_holds_what_was_computed(runs: Path, make_run: MakeRun) -> None:
    for seed in range(3):
        for optimizer, activation in (("adam", "relu"), ("adam", "gelu"), ("sgd", "relu"), ("sgd", "gelu")):
            value = 0.9 + seed / 97 + 0.01 * (optimizer == "adam")
            make_run({"name": optimizer}, seed=seed, validation=value, activation={"name": activation})
    comparison = compare(runs, Question(target=0.5))
    document = json.loads(to_json(comparison))
    assert document["sentences"] == list(comparison.sentences)
    assert document["unit_of_differences"] == "points"
    assert document["rows"][0]["scores"]["1"] == pytest.approx(0.91 + 1 / 97)
    assert document["differences"][0]["second"] == comparison.rows[1].label
    assert len(document["factorial"]["sources"]) == 5
    assert document["ranking"]["labels"]
    assert document["targets"][0]["reached"] == 0
    assert document["profiles"][0]["shares"][-1] == 1


def test_what_is_not_finite_is_null(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", validation=0.9)
    make_run("sgd", validation=0.8)

    def refuse(name: str) -> None:
        raise AssertionError(name)

    document = json.loads(to_json(compare(runs)), parse_constant=refuse)
    assert document["differences"][0]["p"] is None


def test_hostile_names(hostile_runs: Path) -> None:
    assert len(json.loads(to_json(compare(hostile_runs)))["rows"]) == 20
