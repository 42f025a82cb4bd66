"""One experiment from settings to result: the library's main door, and what the command line calls."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from convlab import kernels
from convlab.contracts.dataset import Dataset
from convlab.contracts.optimizer import Optimizer
from convlab.contracts.probe import Probe, ProbeContext
from convlab.contracts.sample import Sample
from convlab.contracts.tracker import Tracker
from convlab.errors import ConfigError, DivergenceError, RecordError, ShapeError
from convlab.interrupts import stop_requests
from convlab.losses import make_loss
from convlab.memory import check_memory
from convlab.model import Model
from convlab.observation import Observer, sample_of
from convlab.preprocessing import Preprocessing
from convlab.records.cell import canonical, cell_name
from convlab.records.checkpoint import latest_checkpoint, save_checkpoint
from convlab.records.environment import environment
from convlab.records.run_directory import RunDirectory
from convlab.registry import registry
from convlab.results import Listener, Result, RunPlan
from convlab.settings import GROUPS, Settings
from convlab.training import (
    Interrupted,
    Position,
    Trainer,
    checkpoint_arrays,
    load_checkpoint_arrays,
    split_validation,
)

_ALWAYS_ON_TRACKER = "json_lines"
_LAST_DATASET: dict[str, Dataset] = {}


def run(
    config: Settings | Mapping[str, Any] | Sequence[str] = (),
    *,
    listener: Listener | None = None,
    rerun: bool = False,
    retry: bool = True,
) -> Result:
    """Runs one experiment: trains, measures, and records everything in a directory of its own.

    The directory is named by all that determines the result. If it holds a finished run, that run's result
    is returned; if it holds an interrupted one, training goes on from its last checkpoint, bit for bit as if
    it had never stopped.

    Args:
        config: settings, a mapping of them, or Hydra overrides such as ``["data=digits", "epochs=2"]``.
        listener: hears of the progress.
        rerun: trains again although the run is finished, and replaces its record.
        retry: trains again if the run failed before; otherwise its failure is the result.

    Returns:
        The result; its status is ``"diverged"`` if the loss became NaN or infinite.

    Raises:
        ConvlabError: if settings, plugins or data do not allow the run.
        Interrupted: on Ctrl-C, after the step under way and a checkpoint.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     result = run({"data": "synthetic", "epochs": 1, "runs_dir": folder})
        >>> result.status, len(result.metrics)
        ('finished', 1)
    """
    settings = _settings(config)
    with _computing_as(settings):
        dataset = _dataset(settings)
        determining = {
            "settings": settings.determining(),
            "data_fingerprint": dataset.fingerprint,
            "plugins": _plugin_versions(settings),
        }
        directory = RunDirectory(Path(settings.runs_dir) / settings.study / cell_name(determining))
        with directory.claim():
            if rerun:
                directory.clear()
            return _run_in(directory, settings, dataset, listener or Listener(), retry=retry)


def resume(directory: str | Path, *, listener: Listener | None = None, retry: bool = True) -> Result:
    """Goes on with a recorded run in its own folder, wherever that lies now.

    Args:
        directory: of the run.
        listener: hears of the progress.
        retry: trains again if the run failed before; otherwise its failure is the result.

    Returns:
        The result; that of a run which had ended before, as it is.

    Raises:
        RecordError: if the directory holds no run, or the data are no longer those it was begun with.
        ConvlabError: if settings, plugins or data do not allow the run.
        Interrupted: on Ctrl-C, after the step under way and a checkpoint.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     first = run({"data": "synthetic", "epochs": 1, "runs_dir": folder})
        ...     again = resume(first.directory)
        >>> again.reused, again.test_accuracy == first.test_accuracy
        (True, True)
    """
    recorded = RunDirectory(Path(directory))
    settings = Settings.from_mapping(recorded.config)
    with _computing_as(settings), recorded.claim():
        dataset = _dataset(settings)
        warnings = _changes_since(recorded, settings, dataset)
        return _run_in(
            recorded, settings, dataset, listener or Listener(), retry=retry, warnings=tuple(warnings)
        )


@contextmanager
def _computing_as(settings: Settings) -> Iterator[None]:
    """Sets threads and precision of the compiled core for the length of a ``with`` block."""
    with ExitStack() as stack:
        if settings.threads is not None:
            stack.enter_context(kernels.use_threads(settings.threads))
        stack.enter_context(kernels.use_precision(settings.precision))
        yield


def _run_in(
    directory: RunDirectory,
    settings: Settings,
    dataset: Dataset,
    listener: Listener,
    *,
    retry: bool,
    warnings: tuple[str, ...] = (),
) -> Result:
    """Trains to the end in a directory that is claimed, unless the run there has ended."""
    known = directory.result
    if known is not None and (known["status"] != "failed" or not retry):
        result = Result(**known, directory=directory.path, metrics=directory.metrics, reused=True)
        listener.run_finished(result)
        return result
    directory.discard_result()
    directory.write_config(settings.to_mapping())
    return _Run(settings, dataset, directory, listener).execute(warnings)


def _changes_since(directory: RunDirectory, settings: Settings, dataset: Dataset) -> list[str]:
    """What has changed since a run was begun, for its user to know.

    Raises:
        RecordError: if the data have, so that going on would mix two experiments.
    """
    if not (directory.path / "record.json").exists():
        return []
    record = directory.record
    if record.get("data_fingerprint") != dataset.fingerprint:
        raise RecordError(
            f"{directory.path}: the data of '{dataset.name}' have changed since the run was begun "
            f"(fingerprint {record.get('data_fingerprint')}, now {dataset.fingerprint}); "
            "bring the old data back, or begin a new run"
        )
    before = record.get("plugins") or {}
    return [
        f"{name} was {before.get(name, 'not there')} when the run was begun and is {version} now"
        for name, version in _plugin_versions(settings).items()
        if before.get(name) != version
    ]


def build_model(settings: Settings, dataset: Dataset) -> Model:
    """Makes the network of an experiment, with its initial weights.

    Args:
        settings: which model, initializers and activations.
        dataset: gives the shape of the images and the number of classes.

    Raises:
        PluginError: if the model's plugin does not give layers.
        ShapeError: if the network does not fit the images.
    """
    bound = settings.bound("model")
    layers = bound.build(dataset.image_shape, len(dataset.classes))
    try:
        model = Model(
            layers,
            dataset.image_shape,
            seed=settings.seed,
            initializer=settings.initializer,
            bias_initializer=settings.bias_initializer,
            activation=settings.activation,
            initializers=settings.initializers,
            activations=settings.activations,
            bias=settings.bias,
            biases=settings.biases,
        )
    except ShapeError as error:
        size = "x".join(map(str, dataset.image_shape))
        raise ShapeError(
            f"model '{bound.offer.name}' does not fit the {size} images of '{dataset.name}': {error}"
        ) from error
    if model.output_shape != (len(dataset.classes),):
        raise ConfigError(
            f"model: the outputs have shape {model.output_shape}, but '{dataset.name}' has "
            f"{len(dataset.classes)} classes; end with a Dense layer of {len(dataset.classes)} units"
        )
    return model


class _Run:
    """One run under way: builds everything, goes on from a checkpoint if there is one, trains, records."""

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
        schedule = settings.bound("schedule")
        self.trainer = Trainer(
            self.model,
            self.optimizer,
            lambda step, total: float(schedule.build(step, total)),
            make_loss(settings.loss, settings.label_smoothing),
            train,
            validation,
            Preprocessing.fitted(train.images, settings.preprocessing),
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
        directory.write_record(
            environment(isa=kernels.isa(), threads=kernels.threads(), plugins=_plugin_versions(settings))
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
            result = self._result("diverged", str(error))
        except Interrupted:
            self._save_checkpoint()
            self._end(self._result("interrupted", "interrupted"), final=False)
            raise
        except Exception as error:
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
                for tracker in self.trackers:
                    tracker.log(metrics)
                self._probe()
                self._save_checkpoint()
                self.listener.epoch_done(metrics)
                if should_stop() and position.epoch < self.settings.epochs:
                    raise Interrupted

    def _resume(self) -> list[str]:
        """Continues from the last usable checkpoint; returns what the user should know about it."""
        checkpoint = latest_checkpoint(self.directory.checkpoints)
        if checkpoint is None:
            return []
        position = Position.from_strings(checkpoint.meta)
        steps = position.epoch * self.trainer.steps_per_epoch + position.step
        load_checkpoint_arrays(self.model, self.optimizer, checkpoint.arrays, steps)
        self.trainer.position = position
        return checkpoint.problems

    def _save_checkpoint(self) -> None:
        position = self.trainer.position
        save_checkpoint(
            self.directory.checkpoints,
            position.epoch,
            checkpoint_arrays(self.model, self.optimizer),
            position.to_strings(),
        )

    def _probe(self) -> None:
        epoch = self.trainer.position.epoch
        context = ProbeContext(self.model, epoch, epoch == self.settings.epochs, self._take_sample)
        for name, probe in self.probes:
            arrays = probe.look(context)
            if arrays:
                self.directory.write_probe(name, epoch, arrays)

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


def _settings(config: Settings | Mapping[str, Any] | Sequence[str]) -> Settings:
    if isinstance(config, Settings):
        return config.completed()
    if isinstance(config, Mapping):
        return Settings.from_mapping(config)
    if isinstance(config, str):
        raise ConfigError(
            f"run: expected a list of overrides such as ['epochs=2'], got the string {config!r}"
        )
    from convlab.config import compose  # Hydra is loaded only for those who use its overrides

    return compose(config)


def _dataset(settings: Settings) -> Dataset:
    """The dataset that the settings choose; the last one stays, since the runs of a sweep mostly share it."""
    bound = settings.bound("data")
    key = canonical(bound.to_choice())
    if key not in _LAST_DATASET:
        dataset: Dataset = bound.build()
        _LAST_DATASET.clear()
        _LAST_DATASET[key] = dataset
    return _LAST_DATASET[key]


def _plugin_versions(settings: Settings) -> dict[str, str]:
    """Version of every distribution whose plugins the settings name."""
    chosen = [(kind, getattr(settings, group)) for group, kind in GROUPS.items()]
    chosen += [("initializer", choice) for choice in settings.initializers.values()]
    chosen += [("activation", choice) for choice in settings.activations.values()]
    offers = [registry().bind(kind, choice).offer for kind, choice in chosen]
    return {offer.distribution: offer.version for offer in offers}


def load_model(directory: str | Path) -> Model:
    """Makes the trained network of a recorded run.

    Args:
        directory: of a run with at least one checkpoint.

    Returns:
        The model with the weights of the last checkpoint, ready to predict images.

    Raises:
        RecordError: if the directory holds no run or no usable checkpoint.
    """
    record = RunDirectory(Path(directory))
    settings = Settings.from_mapping(record.config)
    checkpoint = latest_checkpoint(record.checkpoints)
    if checkpoint is None:
        raise RecordError(f"{directory} holds no checkpoint; run it for at least one epoch")
    model = build_model(settings, _dataset(settings))
    arrays = {name: array for name, array in checkpoint.arrays.items() if not name.startswith("optimizer.")}
    model.load_state(arrays)
    return model
