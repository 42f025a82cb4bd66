"""A recorded run goes on in its own folder, and ends as if it had never stopped."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import convlab
from convlab.errors import ConfigError, RecordError
from convlab.records.checkpoint import latest_checkpoint
from convlab.records.run_directory import RunDirectory
from convlab.results import Listener, RunPlan
from convlab.training import Interrupted


class _Stop(Listener):
    """Sends Ctrl-C after some steps."""

    def __init__(self, epoch: int, step: int) -> None:
        self.when = (epoch, step)

    def step_done(self, epoch: int, step: int) -> None:
        import signal

        if (epoch, step) == self.when:
            signal.raise_signal(signal.SIGINT)


class _Plans(Listener):
    """Remembers what a run was told before it began."""

    def __init__(self) -> None:
        self.warnings: tuple[str, ...] = ()
        self.first_epoch = 0

    def run_started(self, plan: RunPlan) -> None:
        self.warnings, self.first_epoch = plan.warnings, plan.first_epoch


def settings(folder: Path, optimizer: object = "adam") -> dict[str, object]:
    return {
        "data": "synthetic",
        "augmentations": ["crop", "alternating_flip"],
        "epochs": 3,
        "runs_dir": str(folder),
        "batch_size": 64,
        "optimizer": optimizer,
    }


def interrupt(folder: Path, optimizer: object = "adam") -> RunDirectory:
    with pytest.raises(Interrupted):
        convlab.run(settings(folder, optimizer), listener=_Stop(2, 2))
    [path] = (folder / "default").iterdir()
    return RunDirectory(path)


@pytest.fixture
def interrupted(tmp_path: Path) -> RunDirectory:
    return interrupt(tmp_path)


def arrays(run: Path) -> dict[str, bytes]:
    checkpoint = latest_checkpoint(run / "checkpoints")
    assert checkpoint is not None
    return {name: array.tobytes() for name, array in checkpoint.arrays.items()}


def test_it_ends_as_if_it_had_never_stopped(interrupted: RunDirectory, tmp_path: Path) -> None:
    assert interrupted.status == "interrupted"
    whole = convlab.run(settings(tmp_path / "whole"))
    result = convlab.resume(interrupted.path)
    assert result.status == "finished"
    assert result.test_loss == whole.test_loss
    assert arrays(result.directory) == arrays(whole.directory)


@pytest.mark.parametrize("stop", [(2, 2), (3, 1)])
def test_a_schedule_remembers_what_it_decides_by(stop: tuple[int, int], tmp_path: Path) -> None:
    schedule = {"name": "reduce_on_plateau", "patience": 0, "gamma": 0.5, "threshold": 0.9}
    choices = {**settings(tmp_path), "schedule": schedule}
    with pytest.raises(Interrupted):
        convlab.run(choices, listener=_Stop(*stop))
    [path] = (tmp_path / "default").iterdir()
    result = convlab.resume(path)
    whole = convlab.run({**choices, "runs_dir": str(tmp_path / "whole")})
    assert arrays(result.directory) == arrays(whole.directory)
    assert {"schedule.validation_loss", "schedule.train_accuracy"} <= arrays(path).keys()
    rates = [epoch["learning_rate"] for epoch in result.metrics]
    assert rates == [epoch["learning_rate"] for epoch in whole.metrics] == [0.001, 0.001, 0.0005]
    assert convlab.load_model(path).predict(np.zeros((1, 16, 16, 1), np.float32)).shape[0] == 1


@pytest.mark.parametrize(
    "optimizer",
    [
        {"name": "by_role", "filters": "muon", "dense": "momentum", "rest": "sgd"},
        {"name": "by_role", "filters": "shampoo", "dense": "soap"},
        {"name": "ema", "inner": {"name": "sam", "inner": {"name": "clip_by_norm"}}},
        {"name": "swa", "start": 3, "inner": {"name": "lookahead", "inner": "cautious"}},
        {"name": "accumulate", "every": 3, "inner": "adam"},
        {"name": "by_role", "filters": "lbfgs", "rest": "sophia"},
        {"name": "clip_by_norm", "inner": "schedule_free_adamw"},
        {"name": "kfac", "every": 3},
    ],
    ids=str,
)
def test_optimizers_made_of_others_do_so_too(tmp_path: Path, optimizer: object) -> None:
    path = interrupt(tmp_path / "interrupted", optimizer).path
    whole = convlab.run(settings(tmp_path / "whole", optimizer))
    result = convlab.resume(path)
    assert (result.status, result.test_loss) == ("finished", whole.test_loss)
    assert arrays(result.directory) == arrays(whole.directory)


@pytest.mark.parametrize("activation", ["prelu", "rrelu"])
def test_what_activations_learn_and_draw_goes_on_too(activation: str, tmp_path: Path) -> None:
    chosen = {"activation": activation}
    whole = convlab.run(settings(tmp_path / "whole") | chosen)
    with pytest.raises(Interrupted):
        convlab.run(settings(tmp_path) | chosen, listener=_Stop(2, 2))
    [path] = (tmp_path / "default").iterdir()
    assert arrays(convlab.resume(path).directory) == arrays(whole.directory)


def test_it_goes_on_with_another_number_of_threads(interrupted: RunDirectory, tmp_path: Path) -> None:
    whole = convlab.run({**settings(tmp_path / "whole"), "threads": 1})
    result = convlab.resume(interrupted.path, threads=2)
    assert RunDirectory(result.directory).record["threads"] == 2
    assert arrays(result.directory) == arrays(whole.directory)
    with pytest.raises(ConfigError, match="threads must be >= 1, got 0"):
        convlab.resume(interrupted.path, threads=0)


def test_it_goes_on_wherever_the_folder_lies_now(interrupted: RunDirectory, tmp_path: Path) -> None:
    shutil.move(interrupted.path, tmp_path / "elsewhere")
    result = convlab.resume(tmp_path / "elsewhere")
    assert (result.status, result.directory) == ("finished", tmp_path / "elsewhere")


def test_changed_data_are_refused(interrupted: RunDirectory) -> None:
    interrupted.write_record(interrupted.record | {"data_fingerprint": "0000"})
    with pytest.raises(RecordError, match="the data of 'synthetic' have changed since the run was begun"):
        convlab.resume(interrupted.path)
    assert interrupted.status == "interrupted"


def test_changed_plugins_are_told(interrupted: RunDirectory) -> None:
    interrupted.write_record(interrupted.record | {"plugins": {"convlab": "0.0.1"}})
    plans = _Plans()
    assert convlab.resume(interrupted.path, listener=plans).status == "finished"
    assert "convlab was 0.0.1 when the run was begun" in plans.warnings[0]
    assert plans.first_epoch == 1


def test_a_finished_run_is_given_as_it_is(tmp_path: Path) -> None:
    first = convlab.run(settings(tmp_path))
    again = convlab.resume(first.directory)
    assert again.reused
    assert again.test_accuracy == first.test_accuracy


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"config\.yaml"):
        convlab.resume(tmp_path)
