"""A study from protocol to verdict: tuned on validation, compared on fresh seeds, the test set seen once."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlab import experiment
from convlab.config import Composer
from convlab.errors import ConfigError
from convlab.launching import Watcher
from convlab.launching.inline import InlineLauncher
from convlab.launching.launcher import Policy
from convlab.records.run_directory import RunDirectory, find_runs
from convlab.settings import Settings
from convlab.study import Protocol, Study, StudyOutcome
from convlab.study.arms import make_arms
from convlab.training_run import TrainingRun

Runner = Callable[..., StudyOutcome]
TUNING = {"space": {"optimizer.lr": [0.001, 0.01]}, "seeds": 2, "epochs": 1}


@pytest.fixture
def run_study(tmp_path: Path) -> Runner:
    """Runs a study of two initializers, or of what is given."""

    def run(*overrides: str, **protocol: Any) -> StudyOutcome:
        described = Protocol.from_mapping(
            {"axes": {"initializer": ["he_normal", "ones"]}, "seeds": 2, **protocol}
        )
        common = ["data=synthetic", "epochs=2", "study=mine", f"runs_dir={tmp_path}", *overrides]
        with Composer() as composer:
            arms = make_arms(described.axes, composer.expand)
            study = Study(described, arms, lambda more: composer.compose([*common, *more]))
            return study.run(InlineLauncher(), lambda title: Watcher(), Policy())

    return run


def configs(folder: Path) -> list[dict[str, Any]]:
    return [run.config for run in find_runs(folder)]


def test_every_arm_gets_the_same_seeds(run_study: Runner) -> None:
    outcome = run_study()
    found = sorted((item["initializer"]["name"], item["seed"]) for item in configs(outcome.directory))
    assert found == [("he_normal", 0), ("he_normal", 1), ("ones", 0), ("ones", 1)]
    assert [result.status for _, result in outcome.outcomes] == ["finished"] * 4


def test_the_protocol_is_on_disk(run_study: Runner) -> None:
    outcome = run_study(metric="validation_accuracy", margin=0.5, target=0.9)
    described = json.loads((outcome.directory / "study.json").read_text())
    assert (described["metric"], described["margin"], described["target"]) == (
        "validation_accuracy",
        0.5,
        0.9,
    )
    assert described["arms"] == {"he_normal": ["initializer=he_normal"], "ones": ["initializer=ones"]}


class TestTuning:
    def test_it_never_sees_the_test_images_nor_a_final_seed(self, run_study: Runner) -> None:
        outcome = run_study(tuning=TUNING)
        tuned = find_runs(outcome.directory / "tuning")
        assert len(tuned) == 2 * 2 * 2
        for run in tuned:
            assert run.result is not None
            assert math.isnan(run.result["test_accuracy"])
        final = [job.settings.seed for job, _ in outcome.outcomes]
        assert not {run.config["seed"] for run in tuned} & set(final)
        assert all(not math.isnan(result.test_accuracy) for _, result in outcome.outcomes)

    def test_every_arm_spends_the_same(self, run_study: Runner) -> None:
        outcome = run_study(tuning=TUNING)
        arms = json.loads((outcome.directory / "tuning.json").read_text())["arms"]
        spent = [arm["spent"] for arm in arms.values()]
        assert [(item["trials"], item["runs"], item["epochs"]) for item in spent] == [(2, 4, 4), (2, 4, 4)]

    def test_the_best_on_validation_is_compared(self, run_study: Runner) -> None:
        outcome = run_study(tuning=TUNING)
        for entry in outcome.entries:
            assert entry.selected is not None
            assert entry.selected.score == max(trial.score for trial in entry.trials)
            rates = {
                job.settings.to_mapping()["optimizer"]["lr"]
                for job, _ in outcome.outcomes
                if job.settings.bound("initializer").offer.name == entry.arm.label
            }
            assert rates == {entry.selected.values["optimizer.lr"]}

    def test_the_shrinkage_is_told(self, run_study: Runner) -> None:
        outcome = run_study(tuning=TUNING)
        told = outcome.shrinkage["he_normal"]
        assert told["shrinkage"] == pytest.approx(told["selected"] - told["rerun"])
        assert json.loads((outcome.directory / "study.json").read_text())["shrinkage"] == outcome.shrinkage

    def test_an_arm_without_validation_images_cannot_be_tuned(self, run_study: Runner) -> None:
        with pytest.raises(ConfigError, match="set validation_fraction above 0"):
            run_study("validation_fraction=0", tuning=TUNING)

    def test_values_that_do_not_fit_are_found_before_anything_runs(
        self, run_study: Runner, tmp_path: Path
    ) -> None:
        with pytest.raises(ConfigError, match="no field 'rate'"):
            run_study(tuning={"space": {"optimizer.rate": [1.0]}})
        assert list(tmp_path.iterdir()) == []


def test_a_study_started_again_trains_nothing(run_study: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run_study(tuning=TUNING)
    monkeypatch.setattr(TrainingRun, "execute", lambda self: pytest.fail("trained again"))
    again = run_study(tuning=TUNING)
    assert [result.test_accuracy for _, result in again.outcomes] == [
        result.test_accuracy for _, result in first.outcomes
    ]
    assert all(result.reused for _, result in again.outcomes)
    assert again.shrinkage == first.shrinkage


def test_seconds_become_epochs_by_a_pilot_run_of_every_arm(run_study: Runner) -> None:
    outcome = run_study(seconds=0.05)
    for entry in outcome.entries:
        assert entry.seconds_per_epoch is not None
        assert entry.epochs == max(1, round(0.05 / entry.seconds_per_epoch))
        mine = [item for job, item in outcome.outcomes if job.label.startswith(entry.arm.label)]
        assert {RunDirectory(item.directory).config["epochs"] for item in mine} == {entry.epochs}
    assert run_study(seconds=0.05).entries[0].epochs == outcome.entries[0].epochs


def test_settings_of_runs_do_not_depend_on_the_study(run_study: Runner, tmp_path: Path) -> None:
    outcome = run_study()
    job, result = outcome.outcomes[0]
    alone = experiment.run(Settings.from_mapping(job.settings.to_mapping() | {"study": "alone"}))
    assert alone.directory.name == Path(result.directory).name
    assert alone.test_accuracy == result.test_accuracy
