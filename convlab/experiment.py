"""One experiment from settings to result: the library's main door, and what the command line calls."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from convlab import kernels
from convlab.assembly import dataset_of, plugin_versions
from convlab.contracts.dataset import Dataset
from convlab.errors import ConfigError, RecordError
from convlab.records.cell import cell_name
from convlab.records.run_directory import RunDirectory
from convlab.results import Listener, Result
from convlab.settings import Settings
from convlab.training_run import TrainingRun


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
        dataset = dataset_of(settings)
        determining = {
            "settings": settings.determining(),
            "data_fingerprint": dataset.fingerprint,
            "plugins": plugin_versions(settings),
        }
        directory = RunDirectory(Path(settings.runs_dir) / settings.study / cell_name(determining))
        with directory.claim():
            if rerun:
                directory.clear()
            return _run_in(directory, settings, dataset, listener or Listener(), retry=retry)


def resume(
    directory: str | Path,
    *,
    listener: Listener | None = None,
    retry: bool = True,
    threads: int | None = None,
) -> Result:
    """Goes on with a recorded run in its own folder, wherever that lies now.

    Args:
        directory: of the run.
        listener: hears of the progress.
        retry: trains again if the run failed before; otherwise its failure is the result.
        threads: of the compiled core, which change no bit of the result; None takes what the run was begun
            with.

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
    if threads is not None:
        settings = replace(settings, threads=threads)
    with _computing_as(settings), recorded.claim():
        dataset = dataset_of(settings)
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
    return TrainingRun(settings, dataset, directory, listener).execute(warnings)


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
        for name, version in plugin_versions(settings).items()
        if before.get(name) != version
    ]


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
