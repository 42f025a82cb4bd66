"""The health of layers as lines of text."""

from collections.abc import Callable

import numpy as np
import pytest

from convlab.errors import RecordError
from convlab.inspect import health_line, health_table, read_health
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


def test_a_table_shows_start_and_end_of_every_layer(make_run: MakeRun) -> None:
    run = make_run()
    start = {
        "conv1/forward_variance": 1.25,
        "conv1/predicted_forward_variance": 2.0,
        "conv1/dead_share": 0.25,
    }
    for epoch, scale in enumerate((1.0, 7.0, 0.5)):
        kept = {name: np.array(value * scale) for name, value in start.items()}
        run.write_probe("layer_health", epoch, {**kept, "block/conv2/weight_norm": np.array(3.0 * scale)})
    lines = [line.split() for line in health_table(run)]
    assert lines[0][:4] == ["layer", "epoch", "forward", "variance"]
    assert lines[1] == ["conv1", "0", "1.25", "2", "·", "25.0%", "·", "·", "·"]
    assert lines[2] == ["2", "0.625", "1", "·", "12.5%", "·", "·", "·"]
    assert lines[3] == ["block/conv2", "0", *"······", "3"]
    assert len({len(line) for line in health_table(run)}) == 1


def test_a_run_that_has_not_trained_has_one_line_a_layer(make_run: MakeRun) -> None:
    run = make_run()
    run.write_probe("layer_health", 0, {"conv1/weight_norm": np.array(1.0)})
    assert len(health_table(run)) == 2


def test_what_is_no_number_of_a_layer_is_passed_over(make_run: MakeRun) -> None:
    run = make_run()
    kept = {"strange": np.array(1.0), "conv1/list": np.ones(3), "conv1/text": np.array("a")}
    run.write_probe("layer_health", 0, {**kept, "a\x1b[2J/weight_norm": np.array(np.nan)})
    assert list(read_health(run, 0)) == ["a\\x1b[2J"]
    assert "nan" in health_table(run)[1]


def test_a_run_without_the_probe(make_run: MakeRun) -> None:
    with pytest.raises(RecordError, match=r"kept no layer health: run it with probes=\[layer_health\]"):
        health_table(make_run())


def test_the_line_names_what_there_is() -> None:
    health = {"conv1": {"forward_variance": 1.0, "dead_share": 0.5}, "dense1": {"backward_variance": 1e-9}}
    assert health_line(health) == "conv1 z 1 dead 50.0%  dense1 dz 1e-09"
