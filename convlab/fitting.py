"""Training a model in a notebook, without configs or records."""

from collections.abc import Sequence

from convlab.contracts.dataset import Dataset
from convlab.errors import PluginError, ShapeError
from convlab.losses import make_loss
from convlab.model import Model
from convlab.preprocessing import Preprocessing
from convlab.registry import Choice, registry
from convlab.scheduling import ChosenSchedule
from convlab.training import EpochMetrics, Trainer, split_validation


def load_dataset(choice: Choice) -> Dataset:
    """Loads an installed dataset.

    Args:
        choice: its name, or a mapping with ``name`` and fields, such as
            ``{"name": "mnist", "root": "data"}``.

    Returns:
        The training and test splits.

    Raises:
        UnknownPluginError: if no plugin offers the name.
        DataError: if the data cannot be found, fetched or read.

    Example:
        >>> load_dataset("digits").image_shape
        (8, 8, 1)
    """
    dataset = registry().build("dataset", choice)
    if not isinstance(dataset, Dataset):
        raise PluginError(f"dataset {choice!r} built {type(dataset).__name__}, not a Dataset")
    return dataset


def fit(
    model: Model,
    dataset: Dataset | Choice,
    *,
    optimizer: Choice = "adam",
    schedule: Choice = "constant",
    loss: str = "softmax_cross_entropy",
    augmentations: Sequence[Choice] = (),
    epochs: int = 10,
    batch_size: int = 64,
    validation_fraction: float = 0.1,
    seed: int = 0,
) -> list[EpochMetrics]:
    """Trains a model in place.

    Args:
        model: the network, trained from the weights that it has.
        dataset: what `load_dataset` gives, or takes.
        optimizer: name or mapping, such as ``{"name": "adam", "lr": 0.01}``.
        schedule: name or mapping.
        loss: ``"softmax_cross_entropy"`` or ``"mean_squared_error"``.
        augmentations: names or mappings of what changes the training images, in this order.
        epochs: passes over the training images, >= 0.
        batch_size: images a step, >= 1.
        validation_fraction: share of the training images held back, in [0, 1).
        seed: of data order and augmentation, >= 0.

    Returns:
        What was measured after every epoch.

    Raises:
        DivergenceError: if the loss becomes NaN or infinite.
        ShapeError: if the network's input or output does not fit the dataset.

    Example:
        >>> from convlab.layers import Conv2D, Dense, Flatten
        >>> data = load_dataset("digits")
        >>> model = Model([Conv2D(8, 3, activation="relu"), Flatten(), Dense(10)], data.image_shape)
        >>> history = fit(model, data, epochs=2)
        >>> history[-1]["epoch"], history[-1]["train_loss"] < history[0]["train_loss"]
        (2, True)
    """
    data = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
    if model.input_shape != data.image_shape or model.output_shape != (len(data.classes),):
        raise ShapeError(
            f"fit: the model maps {model.input_shape} to {model.output_shape}, but dataset '{data.name}' has "
            f"images {data.image_shape} and {len(data.classes)} classes"
        )
    train, validation = split_validation(data.train, validation_fraction, len(data.classes))
    chosen = [registry().bind("augmentation", choice) for choice in augmentations]
    chosen_schedule = ChosenSchedule(registry().bind("schedule", schedule))
    trainer = Trainer(
        model,
        registry().build("optimizer", optimizer, model.parameters),
        chosen_schedule,
        make_loss(loss),
        train,
        validation,
        Preprocessing.fitted(train.images),
        augmentations={choice.offer.name: choice.build() for choice in chosen},
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
    )
    history = []
    for _ in range(epochs):
        history.append(trainer.run_epoch(_ignore))
        chosen_schedule.observe(history[-1])
    averaged = trainer.optimizer.evaluation_values()
    if averaged is not None:
        model.parameters.values[...] = averaged
    return history


def _ignore(epoch: int, step: int) -> None:
    """Progress that nobody listens to."""
