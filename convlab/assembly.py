"""What the settings of an experiment stand for: data, network, and the distributions that both come from."""

import numpy as np

from convlab.contracts.augmentation import Augmentation
from convlab.contracts.dataset import Dataset
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError, ShapeError
from convlab.model import Model
from convlab.preprocessing import Preprocessing
from convlab.records.cell import canonical
from convlab.registry import registry
from convlab.seeding import generator
from convlab.settings import GROUPS, Settings
from convlab.training import split_validation

_SAMPLE = 256

_LAST_DATASET: dict[str, Dataset] = {}


def dataset_of(settings: Settings) -> Dataset:
    """The dataset that the settings choose; the last one stays, since the runs of a sweep mostly share it.

    Raises:
        DataError: if the data cannot be found, fetched or read.
    """
    bound = settings.bound("data")
    key = canonical(bound.to_choice())
    if key not in _LAST_DATASET:
        dataset: Dataset = bound.build()
        _LAST_DATASET.clear()
        _LAST_DATASET[key] = dataset
    return _LAST_DATASET[key]


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
            sample=lambda: sample_inputs(settings, dataset),
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


def build_augmentations(settings: Settings) -> dict[str, Augmentation]:
    """Makes what changes the training images, by name, in the order of the settings."""
    bound = [registry().bind("augmentation", choice) for choice in settings.augmentations]
    return {choice.offer.name: choice.build() for choice in bound}


def sample_inputs(settings: Settings, dataset: Dataset) -> Array:
    """Some of the images that an experiment trains on, as its network sees them.

    Args:
        settings: of preprocessing and validation; the seed chooses the images.
        dataset: whose training images they are.

    Returns:
        (N, H, W, C), float32: up to 256 images, none of which is held back for validation.
    """
    train, _ = split_validation(dataset.train, settings.validation_fraction, len(dataset.classes))
    chosen = generator(settings.seed, "sample").permutation(len(train))[:_SAMPLE]
    return Preprocessing.fitted(train.images, settings.preprocessing).apply(train.images, np.sort(chosen))


def plugin_versions(settings: Settings) -> dict[str, str]:
    """Version of every distribution whose plugins the settings name."""
    chosen = [(kind, getattr(settings, group)) for group, kind in GROUPS.items()]
    chosen += [("initializer", choice) for choice in settings.initializers.values()]
    chosen += [("activation", choice) for choice in settings.activations.values()]
    chosen += [("augmentation", choice) for choice in settings.augmentations]
    bound = [item for kind, choice in chosen for item in registry().bind(kind, choice).walk()]
    return {item.offer.distribution: item.offer.version for item in bound}
