"""A run from settings to result, and what is on disk afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convlab
from convlab.errors import ConfigError, PluginError, RecordError
from convlab.experiment import run
from convlab.records.checkpoint import latest_checkpoint
from convlab.records.run_directory import RunDirectory
from convlab.registry import registry
from convlab.results import Listener, Result, RunPlan
from convlab.trained import load_model

SMALL = {
    "data": {"name": "synthetic", "shape": [8, 8, 1], "train_size": 200, "test_size": 50},
    "epochs": 3,
    "batch_size": 32,
}


def settings(folder: Path, **changes: Any) -> dict[str, Any]:
    return {**SMALL, "runs_dir": str(folder), **changes}


class Notes(Listener):
    """Writes down all that a listener hears."""

    def __init__(self) -> None:
        self.plans: list[RunPlan] = []
        self.steps: list[tuple[int, int]] = []
        self.epochs: list[int] = []
        self.results: list[Result] = []

    def run_started(self, plan: RunPlan) -> None:
        self.plans.append(plan)

    def step_done(self, epoch: int, step: int) -> None:
        self.steps.append((epoch, step))

    def epoch_done(self, metrics: Any) -> None:
        self.epochs.append(metrics["epoch"])

    def run_finished(self, result: Result) -> None:
        self.results.append(result)


def weights_of(result: Result) -> dict[str, np.ndarray]:
    checkpoint = latest_checkpoint(result.directory / "checkpoints")
    assert checkpoint is not None
    return checkpoint.arrays


def test_a_run_leaves_a_complete_record(tmp_path: Path) -> None:
    notes = Notes()
    result = run(settings(tmp_path, study="first"), listener=notes)
    assert result.status == "finished"
    assert result.directory.parent == tmp_path / "first"
    assert {item.name for item in result.directory.iterdir()} >= {
        "config.yaml",
        "record.json",
        "metrics.jsonl",
        "checkpoints",
        "probes",
        "result.json",
    }
    record = RunDirectory(result.directory)
    assert record.config["data"]["train_size"] == 200
    assert record.result is not None
    assert {"status", "test_accuracy", "validation_accuracy", "train_loss", "seconds", "epochs"} <= set(
        record.result
    )
    assert [item["epoch"] for item in record.metrics] == [1, 2, 3]
    assert {"isa", "threads", "plugins", "data_fingerprint", "seed", "precision"} <= set(record.record)
    algorithms = record.record["algorithms"]
    assert algorithms["conv1"].keys() == {"forward", "backward_input", "backward_weight"}
    assert all(algorithms.values())
    assert notes.epochs == [1, 2, 3]
    assert notes.steps[-1] == (3, notes.plans[0].steps_per_epoch)
    assert notes.plans[0].train_images + notes.plans[0].validation_images == 200
    assert len(notes.results) == 1


def test_a_finished_run_is_not_trained_again_unless_asked(tmp_path: Path) -> None:
    first = run(settings(tmp_path))
    notes = Notes()
    second = run(settings(tmp_path), listener=notes)
    assert second.reused
    assert notes.steps == []
    assert second.test_accuracy == first.test_accuracy
    assert [item["epoch"] for item in second.metrics] == [1, 2, 3]
    third = run(settings(tmp_path), listener=notes, rerun=True)
    assert not third.reused
    assert third.test_accuracy == first.test_accuracy
    assert len(notes.steps) > 0


def test_threads_and_place_change_no_bit_and_no_cell(tmp_path: Path) -> None:
    first = run(settings(tmp_path / "a", threads=1))
    second = run(settings(tmp_path / "b", threads=2, study="other"))
    assert first.directory.name == second.directory.name
    one, two = weights_of(first), weights_of(second)
    assert all(np.array_equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("model", ["small_convnet", "resnet20"])
def test_probes_change_no_bit(tmp_path: Path, model: str) -> None:
    shorter: dict[str, Any] = {"epochs": 2, "model": model, "optimizer": "momentum"}
    plain = run(settings(tmp_path / "plain", probes=[], **shorter))
    names = list(registry().offers("probe"))
    probed = [run(settings(tmp_path / str(n), probes=names, threads=n, **shorter)) for n in (1, 2)]
    expected = weights_of(plain)
    for result in probed:
        assert result.test_loss == plain.test_loss
        for name, array in weights_of(result).items():
            np.testing.assert_array_equal(array, expected[name])
    records = [RunDirectory(result.directory) for result in probed]
    for name in names:
        assert records[0].probe_epochs(name).keys() == records[1].probe_epochs(name).keys() != set()
        for epoch in records[0].probe_epochs(name):
            first, second = (record.read_probe(name, epoch) for record in records)
            assert first.keys() == second.keys()
            for key, array in first.items():
                np.testing.assert_array_equal(array, second[key], strict=True)


def test_probes_of_a_resumed_run_saw_what_an_undisturbed_one_saw(tmp_path: Path) -> None:
    probes = list(registry().offers("probe"))
    undisturbed = run(settings(tmp_path / "undisturbed", probes=probes))
    with pytest.raises(KeyboardInterrupt):
        run(settings(tmp_path / "stopped", probes=probes), listener=StopAfter(9))
    resumed = run(settings(tmp_path / "stopped", probes=probes))
    one, other = RunDirectory(undisturbed.directory), RunDirectory(resumed.directory)
    for name in probes:
        assert one.probe_epochs(name).keys() == other.probe_epochs(name).keys()
        for epoch in one.probe_epochs(name):
            expected, found = one.read_probe(name, epoch), other.read_probe(name, epoch)
            for key, array in expected.items():
                np.testing.assert_array_equal(found[key], array, strict=True)


def test_probes_look_at_training_images_where_none_are_held_back(tmp_path: Path) -> None:
    result = run(settings(tmp_path, epochs=1, validation_fraction=0.0, probes=["feature_maps"]))
    assert RunDirectory(result.directory).read_probe("feature_maps", 1)["images"].shape == (4, 8, 8, 1)


def test_a_loss_that_diverges_is_a_result(tmp_path: Path) -> None:
    result = run(settings(tmp_path, optimizer={"name": "sgd", "lr": 1e30}))
    assert result.status == "diverged"
    assert "lower optimizer.lr" in result.message
    again = run(settings(tmp_path, optimizer={"name": "sgd", "lr": 1e30}))
    assert (again.status, again.reused) == ("diverged", True)


class StopAfter(Listener):
    """Sends the process a Ctrl-C after so many steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step_done(self, epoch: int, step: int) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("steps", [1, 6, 9])
def test_an_interrupted_run_goes_on_bit_for_bit(tmp_path: Path, steps: int) -> None:
    undisturbed = run(settings(tmp_path / "undisturbed"))
    with pytest.raises(KeyboardInterrupt):
        run(settings(tmp_path / "stopped"), listener=StopAfter(steps))
    directory = tmp_path / "stopped" / "default" / undisturbed.directory.name
    assert not (directory / "result.json").exists()
    assert RunDirectory(directory).status == "interrupted"
    resumed = run(settings(tmp_path / "stopped"))
    expected, found = weights_of(undisturbed), weights_of(resumed)
    assert all(np.array_equal(expected[name], found[name]) for name in expected)
    assert resumed.test_loss == undisturbed.test_loss
    assert [item["epoch"] for item in resumed.metrics] == [1, 2, 3]


def test_a_killed_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    undisturbed = run(settings(tmp_path / "undisturbed", epochs=40))
    program = f"import convlab; convlab.run({settings(tmp_path / 'killed', epochs=40)!r})"
    directory = tmp_path / "killed" / "default" / undisturbed.directory.name
    process = subprocess.Popen([sys.executable, "-P", "-c", program])
    deadline = time.monotonic() + 60
    while not list(directory.glob("checkpoints/epoch-*.safetensors")) and time.monotonic() < deadline:
        time.sleep(0.001)
    process.kill()
    assert process.wait() == -signal.SIGKILL, "it ended before it was killed"
    assert RunDirectory(directory).result is None
    resumed = run(settings(tmp_path / "killed", epochs=40))
    assert [item["epoch"] for item in resumed.metrics] == list(range(1, 41))
    expected, found = weights_of(undisturbed), weights_of(resumed)
    assert all(np.array_equal(expected[name], found[name]) for name in expected)


def test_what_a_plugin_raises_in_mid_run_is_recorded_and_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = Notes()
    monkeypatch.setattr(Notes, "step_done", lambda self, epoch, step: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(settings(tmp_path), listener=notes)
    assert notes.results[0].status == "failed"
    assert RunDirectory(notes.results[0].directory).result["message"] == "ZeroDivisionError: division by zero"  # type: ignore[index]
    monkeypatch.undo()
    assert run(settings(tmp_path)).status == "finished"


def test_zero_epochs_measure_the_initial_network(tmp_path: Path) -> None:
    result = run(settings(tmp_path, epochs=0))
    assert result.status == "finished"
    assert result.epochs == 0
    assert 0 <= result.test_accuracy <= 1


def test_a_model_whose_outputs_are_not_the_classes_is_refused(tmp_path: Path) -> None:
    layers = ["flatten", {"layer": "dense", "units": 3}]
    with pytest.raises(ConfigError, match=r"the outputs have shape \(3,\), but 'synthetic' has 4 classes"):
        run(settings(tmp_path, model={"name": "sequential", "layers": layers}))


def test_a_string_instead_of_a_list_of_overrides_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"expected a list of overrides such as \['epochs=2'\]"):
        run("epochs=2")


def test_overrides_run_as_on_the_command_line(tmp_path: Path) -> None:
    result = convlab.run(["data=synthetic", "epochs=1", f"runs_dir={tmp_path}", "initializers.conv1=sobel"])
    assert result.status == "finished"
    assert RunDirectory(result.directory).config["initializers"]["conv1"]["name"] == "sobel"


def test_a_recorded_model_predicts_as_it_did(tmp_path: Path) -> None:
    result = run(settings(tmp_path))
    model = load_model(result.directory)
    data = convlab.load_dataset(SMALL["data"])
    predicted = model.predict(data.test.images).argmax(axis=1)
    assert np.mean(predicted == data.test.labels) == result.test_accuracy


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=str(tmp_path)):
        load_model(tmp_path)


def test_a_probe_that_is_unknown_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"no probe named 'filter'; did you mean 'filters'\?"):
        run(settings(tmp_path, probes=["filter"]))
