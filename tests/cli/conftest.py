"""Runs that take no time, and a terminal to look at."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convlab import experiment
from convlab.cli import main
from convlab.errors import DataError
from convlab.records.run_directory import RunDirectory
from convlab.results import Listener, Result, RunPlan
from convlab.settings import Settings

Command = Callable[..., tuple[int, str, str]]

# seeds whose runs end in another way
BROKEN, FAULTY, DIVERGING, STOPPED, STOPPED_EARLY = 13, 14, 15, 16, 17


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs ``convlab`` in an empty folder; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def instant_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaces training: runs are recorded at once, and some seeds end in other ways."""
    monkeypatch.setattr(experiment, "run", _instant_run)
    monkeypatch.setattr("convlab.launching.launchers.DEFAULT", "convlab_inline")


def _instant_run(settings: Settings, *, listener: Listener, rerun: bool, retry: bool = True) -> Result:
    if settings.seed == BROKEN:
        raise DataError("the file is\nbroken")
    if settings.seed == STOPPED_EARLY:
        raise KeyboardInterrupt
    directory = RunDirectory(Path(settings.runs_dir) / settings.study / f"seed-{settings.seed}")
    finished = directory.result
    if finished and not rerun:
        result = Result(**finished, directory=directory.path, reused=True)
        listener.run_finished(result)
        return result
    directory.path.mkdir(parents=True, exist_ok=True)
    directory.write_config(settings.to_mapping())
    listener.run_started(RunPlan(directory.path, settings, settings.epochs, 0, 2, 1234, 1293, 144, 360))
    if settings.seed == FAULTY:
        raise RuntimeError("a fault of the engine")
    for epoch in range(1, settings.epochs + 1):
        listener.step_done(epoch, 1)
        listener.epoch_done(_metrics(epoch))
    result = Result(_STATUS.get(settings.seed, "finished"), directory.path, settings.epochs, 1.25)
    if result.status == "finished":
        result = Result(
            "finished",
            directory.path,
            settings.epochs,
            1.25,
            validation_accuracy=0.96,
            test_accuracy=0.97,
            best_validation_accuracy=0.965,
        )
    elif result.status == "diverged":
        result = Result("diverged", directory.path, 1, 1.25, message="the loss is nan in epoch 2, step 3")
    if result.status != "interrupted":
        directory.write_result(result.to_mapping())
    listener.run_finished(result)
    if result.status == "interrupted":
        raise KeyboardInterrupt
    return result


_STATUS = {DIVERGING: "diverged", STOPPED: "interrupted"}


def _metrics(epoch: int) -> dict[str, float | int]:
    return {
        "epoch": epoch,
        "train_loss": 1 / epoch,
        "train_accuracy": 0.9,
        "validation_loss": 0.5,
        "validation_accuracy": 0.95,
        "learning_rate": 0.001,
        "gradient_norm": 1.0,
        "images_per_second": 12345.0,
        "seconds": 0.1,
    }


@pytest.fixture
def seeds() -> dict[str, int]:
    """The seeds with which `instant_runs` end in another way."""
    return {
        "broken": BROKEN,
        "faulty": FAULTY,
        "diverging": DIVERGING,
        "stopped": STOPPED,
        "stopped_early": STOPPED_EARLY,
    }
