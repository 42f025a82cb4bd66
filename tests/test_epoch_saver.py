"""An epoch is told of once a checkpoint holds it, and is saved with others where epochs are short."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import epoch_saver
from convlab.contracts.tracker import Metrics, Tracker
from convlab.epoch_saver import EpochSaver
from convlab.records.checkpoint import Checkpoint, latest_checkpoint
from convlab.records.run_directory import RunDirectory
from convlab.results import Listener


class _Witness(Tracker, Listener):
    """Tells what was told of, and which checkpoint there was by then."""

    def __init__(self, run: RunDirectory) -> None:
        self.run = run
        self.logged: list[int] = []
        self.told: list[tuple[int, int | None]] = []

    def start(self, config: Mapping[str, Any], epoch: int) -> None: ...

    def log(self, metrics: Metrics) -> None:
        self.logged.append(int(metrics["epoch"]))

    def finish(self, result: Mapping[str, Any]) -> None: ...

    def epoch_done(self, metrics: Mapping[str, float | int]) -> None:
        checkpoint = latest_checkpoint(self.run.checkpoints)
        self.told.append((int(metrics["epoch"]), checkpoint and checkpoint.epoch))


class _Training:
    """Three epochs of a training whose only weight counts them."""

    def __init__(self, folder: Path) -> None:
        self.run, self.weight, self.epoch = RunDirectory(folder), np.zeros(1), 0
        self.witness = _Witness(self.run)
        self.saver = EpochSaver(self.run, [self.witness], self.witness, self.state)

    def state(self) -> Checkpoint:
        return Checkpoint(self.epoch, {"weight": self.weight}, {"epoch": str(self.epoch)})

    def pass_epoch(self) -> None:
        self.epoch += 1
        self.weight += 1
        self.saver.probed("weights", self.epoch, {"weight": self.weight.copy()})
        self.saver.epoch_done({"epoch": self.epoch}, last=self.epoch == 3)

    @property
    def saved(self) -> tuple[int, float] | None:
        checkpoint = latest_checkpoint(self.run.checkpoints)
        return checkpoint and (checkpoint.epoch, float(checkpoint.arrays["weight"][0]))


@pytest.fixture
def training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Training:
    monkeypatch.setattr(epoch_saver, "SAVE_SECONDS", 3600.0)
    return _Training(tmp_path)


def test_short_epochs_are_saved_together(training: _Training) -> None:
    for _ in range(2):
        training.pass_epoch()
    assert (training.witness.logged, training.witness.told, training.saved) == ([], [], None)
    assert training.run.probe_epochs("weights") == {}
    training.pass_epoch()
    assert training.witness.logged == [1, 2, 3]
    assert training.witness.told == [(1, 3), (2, 3), (3, 3)]
    assert list(training.run.probe_epochs("weights")) == [1, 2, 3]
    assert training.saved == (3, 3.0)


def test_long_ones_each_by_itself(training: _Training, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epoch_saver, "SAVE_SECONDS", 0.0)
    for _ in range(3):
        training.pass_epoch()
    assert training.witness.told == [(1, 1), (2, 2), (3, 3)]


def test_what_goes_wrong_later_leaves_the_last_whole_epoch(training: _Training) -> None:
    training.pass_epoch()
    training.weight[...] = np.nan
    training.saver.save_kept()
    assert (training.witness.logged, training.saved) == ([1], (1, 1.0))
    training.saver.save_kept()
    assert training.witness.logged == [1]


def test_a_stop_between_epochs_saves_that_moment(training: _Training) -> None:
    training.pass_epoch()
    training.weight += 0.5
    training.saver.save()
    assert (training.witness.told, training.saved) == ([(1, 1)], (1, 1.5))


def test_a_metric_that_cannot_be_written_leaves_no_checkpoint(
    training: _Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(metrics: Metrics) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training.witness, "log", fail)
    training.pass_epoch()
    with pytest.raises(OSError, match="No space"):
        training.saver.save()
    assert (training.saved, training.witness.told) == (None, [])
