"""A recorded run, brought back to be looked into."""

from dataclasses import dataclass
from pathlib import Path

from convlab.assembly import build_model, dataset_of
from convlab.contracts.dataset import Split
from convlab.errors import RecordError
from convlab.losses import make_loss
from convlab.model import Model
from convlab.observation import Observer
from convlab.records.checkpoint import latest_checkpoint
from convlab.records.run_directory import RunDirectory
from convlab.settings import Settings
from convlab.training import split_validation
from convlab.training_state import model_arrays


@dataclass(frozen=True)
class TrainedRun:
    """The trained network of a run, as it is in inference, and images to look at.

    Attributes:
        settings: of the run.
        observer: shows what passes through the layers.
        images: held back for validation; the training images where none were.
        held_back: whether they were.
        classes: names of the classes, by label.
    """

    settings: Settings
    observer: Observer
    images: Split
    held_back: bool
    classes: tuple[str, ...]


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
    model = build_model(settings, dataset_of(settings))
    model.load_state(model_arrays(checkpoint.arrays))
    return model


def load_trained_run(directory: str | Path) -> TrainedRun:
    """Brings a run back.

    Args:
        directory: of a run with at least one checkpoint.

    Raises:
        RecordError: if the directory holds no run or no usable checkpoint.

    Example:
        >>> import tempfile, convlab
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     result = convlab.run([f"runs_dir={folder}", "data=synthetic", "epochs=1"])
        ...     trained = load_trained_run(result.directory)
        >>> sample = trained.observer.observe(Split(trained.images.images[:1], trained.images.labels[:1]))
        >>> sample.layers["conv1"].output.shape
        (1, 16, 16, 32)
    """
    model = load_model(directory)
    settings = Settings.from_mapping(RunDirectory(Path(directory)).config)
    data = dataset_of(settings)
    train, validation = split_validation(data.train, settings.validation_fraction, len(data.classes))
    observer = Observer(model, make_loss(settings.loss, settings.label_smoothing), frozen=True)
    return TrainedRun(settings, observer, validation or train, bool(validation), data.classes)
