"""A run from the first step, or from its last checkpoint, to its result."""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from convlab import kernels
from convlab.assembly import build_augmentations, build_model, plugin_versions
from convlab.contracts.dataset import Dataset
from convlab.contracts.optimizer import Optimizer
from convlab.contracts.probe import Probe, ProbeContext
from convlab.contracts.sample import Sample
from convlab.contracts.tracker import Tracker
from convlab.epoch_saver import EpochSaver
from convlab.errors import DivergenceError
from convlab.interrupts import stop_requests
from convlab.losses import make_loss
from convlab.memory import check_memory
from convlab.observation import Observer, sample_of
from convlab.preprocessing import Preprocessing
from convlab.records.checkpoint import Checkpoint, checkpoint_to_resume
from convlab.records.environment import environment
from convlab.records.run_directory import RunDirectory
from convlab.registry import registry
from convlab.results import Listener, Result, RunPlan
from convlab.scheduling import ChosenSchedule
from convlab.settings import Settings
from convlab.training import (
    Interrupted,
    Position,
    Trainer,
    split_validation,
)
from convlab.training_state import (
    arrays_behind,
    checkpoint_arrays,
    evaluation_weights,
    load_checkpoint_arrays,
)

_ALWAYS_ON_TRACKER = "json_lines"


class TrainingRun:
    """One run under way: builds everything, goes on from a checkpoint if there is one, trains, records.

    Args:
        settings: complete.
        dataset: that they choose.
        directory: of the run, claimed by this process.
        listener: hears of the progress.

    Raises:
        ConvlabError: if settings, plugins and data do not fit each other.
    """

    def __init__(
        self, settings: Settings, dataset: Dataset, directory: RunDirectory, listener: Listener
    ) -> None:
        self.settings, self.dataset, self.directory, self.listener = settings, dataset, directory, listener
        train, validation = split_validation(
            dataset.train, settings.validation_fraction, len(dataset.classes)
        )
        self.model = build_model(settings, dataset)
        check_memory(self.model, min(settings.batch_size, max(1, len(train))))
        self.optimizer: Optimizer = settings.bound("optimizer").build(self.model.parameters)
        self.schedule = ChosenSchedule(settings.bound("schedule"))
        self.trainer = Trainer(
            self.model,
            self.optimizer,
            self.schedule,
            make_loss(settings.loss, settings.label_smoothing),
            train,
            validation,
            Preprocessing.fitted(train.images, settings.preprocessing),
            augmentations=build_augmentations(settings),
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )
        self.trackers: list[Tracker] = [
            registry().build("tracker", choice, directory.path)
            for choice in ({"name": _ALWAYS_ON_TRACKER}, *settings.trackers)
        ]
        self.probes: list[tuple[str, Probe]] = []
        for choice in settings.probes:
            bound = registry().bind("probe", choice)
            self.probes.append((bound.offer.name, bound.build()))
        self.saver = EpochSaver(directory, self.trackers, listener, self._state)
        directory.write_record(
            environment(isa=kernels.isa(), threads=kernels.threads(), plugins=plugin_versions(settings))
            | {
                "data_fingerprint": dataset.fingerprint,
                "seed": settings.seed,
                "precision": kernels.precision(),
                "algorithms": self.model.algorithms(),
            }
        )

    def execute(self, warnings: tuple[str, ...] = ()) -> Result:
        """Trains to the end, or to what stops it, and records the result."""
        warnings += tuple(self._resume())
        position = self.trainer.position
        self.listener.run_started(self._plan(warnings))
        for tracker in self.trackers:
            tracker.start(self.settings.to_mapping(), position.epoch)
        try:
            self._train()
            result = self._result("finished")
        except DivergenceError as error:
            self.saver.save_kept()
            result = self._result("diverged", str(error))
        except Interrupted:
            self.saver.save()
            self._end(self._result("interrupted", "interrupted"), final=False)
            raise
        except Exception as error:
            self.saver.save_kept()
            self._end(self._result("failed", f"{type(error).__name__}: {error}"), final=True)
            raise
        self._end(result, final=True)
        return result

    def _train(self) -> None:
        position = self.trainer.position
        if position.epoch == 0 and position.step == 0:
            self._probe()
        with stop_requests() as should_stop:
            while position.epoch < self.settings.epochs:
                metrics = self.trainer.run_epoch(self.listener.step_done, should_stop)
                self.schedule.observe(metrics)
                self._probe()
                self.saver.epoch_done(metrics, last=position.epoch == self.settings.epochs)
                if should_stop() and position.epoch < self.settings.epochs:
                    raise Interrupted
        self.saver.save_kept()  # a run without epochs has its first probes

    def _resume(self) -> list[str]:
        """Continues from the last usable checkpoint; returns what the user should know about it."""
        checkpoint = checkpoint_to_resume(self.directory.checkpoints)
        if not checkpoint.arrays:
            return checkpoint.problems
        position = Position.from_strings(checkpoint.meta)
        steps = position.epoch * self.trainer.steps_per_epoch + position.step
        load_checkpoint_arrays(self.model, self.optimizer, checkpoint.arrays, steps)
        self.schedule.load_state(arrays_behind("schedule.", checkpoint.arrays))
        self.trainer.position = position
        return checkpoint.problems

    def _state(self) -> Checkpoint:
        position = self.trainer.position
        arrays = checkpoint_arrays(self.model, self.optimizer, self.schedule.state())
        return Checkpoint(position.epoch, arrays, position.to_strings())

    def _probe(self) -> None:
        epoch = self.trainer.position.epoch
        context = ProbeContext(self.model, epoch, epoch == self.settings.epochs, self._take_sample)
        with evaluation_weights(self.model, self.optimizer):
            for name, probe in self.probes:
                arrays = probe.look(context)
                if arrays:
                    self.saver.probed(name, epoch, arrays)

    def _take_sample(self) -> Sample:
        self._observer.follow(self.model)
        return self._observer.observe(sample_of(self.trainer.validation or self.trainer.train, self.model))

    @cached_property
    def _observer(self) -> Observer:
        return Observer(build_model(self.settings, self.dataset), self.trainer.loss)

    def _plan(self, warnings: tuple[str, ...]) -> RunPlan:
        return RunPlan(
            directory=self.directory.path,
            settings=self.settings,
            epochs=self.settings.epochs,
            first_epoch=self.trainer.position.epoch,
            steps_per_epoch=self.trainer.steps_per_epoch,
            parameter_count=self.model.parameter_count,
            train_images=len(self.trainer.train),
            validation_images=len(self.trainer.validation),
            test_images=len(self.dataset.test),
            warnings=warnings,
        )

    def _result(self, status: str, message: str = "") -> Result:
        metrics = self.directory.metrics
        last: Mapping[str, Any] = metrics[-1] if metrics else {}
        validation = [
            item["validation_accuracy"] for item in metrics if item.get("validation_accuracy") is not None
        ]
        result = Result(
            status,
            self.directory.path,
            epochs=self.trainer.position.epoch,
            seconds=self.trainer.position.seconds,
            train_loss=last.get("train_loss", math.nan),
            train_accuracy=last.get("train_accuracy", math.nan),
            validation_loss=last.get("validation_loss", math.nan),
            validation_accuracy=last.get("validation_accuracy", math.nan),
            best_validation_accuracy=max(validation, default=math.nan),
            message=message,
            metrics=metrics,
        )
        if status == "finished" and self.settings.measure_test:
            test = self.trainer.evaluate(self.dataset.test)
            result = replace(result, test_loss=test.loss, test_accuracy=test.accuracy)
        return result

    def _end(self, result: Result, *, final: bool) -> None:
        """Tells everybody; only a final result is written to result.json, an interrupted run has none."""
        if final:
            self.directory.write_result(result.to_mapping())
        for tracker in self.trackers:
            tracker.finish(result.to_mapping())
        self.listener.run_finished(result)
