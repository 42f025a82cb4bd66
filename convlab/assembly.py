"""What the settings of an experiment stand for: data, network, and the distributions that both come from."""

from convlab.contracts.augmentation import Augmentation
from convlab.contracts.dataset import Dataset
from convlab.errors import ConfigError, ShapeError
from convlab.model import Model
from convlab.records.cell import canonical
from convlab.registry import registry
from convlab.settings import GROUPS, Settings

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


def plugin_versions(settings: Settings) -> dict[str, str]:
    """Version of every distribution whose plugins the settings name."""
    chosen = [(kind, getattr(settings, group)) for group, kind in GROUPS.items()]
    chosen += [("initializer", choice) for choice in settings.initializers.values()]
    chosen += [("activation", choice) for choice in settings.activations.values()]
    chosen += [("augmentation", choice) for choice in settings.augmentations]
    bound = [item for kind, choice in chosen for item in registry().bind(kind, choice).walk()]
    return {item.offer.distribution: item.offer.version for item in bound}
