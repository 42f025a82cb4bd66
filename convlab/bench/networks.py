"""The training steps that are measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convlab.bench.options import Options
from convlab.errors import ConfigError, suggest
from convlab.model import Model
from convlab.registry import registry

CLASSES = 10


@dataclass(frozen=True)
class Network:
    """A network, the images it sees and how many at a time.

    Attributes:
        name: what options and tables call it.
        model: name of the model plugin.
        image_shape: (H, W, C).
        batch: images a step.
        without_chance: fields of the model that make two programs comparable: no dropout.
    """

    name: str
    model: str
    image_shape: tuple[int, int, int]
    batch: int
    without_chance: Mapping[str, Any] = field(default_factory=dict)

    def built(self, *, by_chance: bool = True) -> Model:
        """The model with its initial weights; ``by_chance`` leaves dropout on."""
        choice = {"name": self.model, **({} if by_chance else self.without_chance)}
        return Model(registry().build("model", choice, self.image_shape, CLASSES), self.image_shape)

    def limited(self, images: int | None) -> "Network":
        """The same network with batches of at most so many images."""
        return self if images is None else replace(self, batch=min(self.batch, images))


NETWORKS = (
    Network("digits", "small_convnet", (8, 8, 1), 64),
    Network("lenet5", "lenet5", (28, 28, 1), 128),
    Network("keras_mnist", "keras_mnist", (28, 28, 1), 128, {"dropout": 0.0}),
    Network("deepobs_2c2d", "deepobs_2c2d", (28, 28, 1), 128),
    Network("resnet20", "resnet20", (32, 32, 3), 128),
    Network("airbench94", "airbench94", (32, 32, 3), 500),
)


def chosen_networks(options: Options) -> list[Network]:
    """The networks that the options name, in the order of the table, with their batches limited.

    Raises:
        ConfigError: if there is no such network.
    """
    names = [network.name for network in NETWORKS]
    for name in options.only:
        if name not in names:
            raise ConfigError(f"bench: no step '{name}'{suggest(name, names).replace('installed', 'steps')}")
    wanted = options.only or names
    return [network.limited(options.images) for network in NETWORKS if network.name in wanted]


class Batch(NamedTuple):
    """What one training step learns from."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def batch_of(network: Network) -> Batch:
    """A batch of random images.

    Example:
        >>> batch_of(NETWORKS[0]).images.shape
        (64, 8, 8, 1)
    """
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (network.batch, *network.image_shape), np.uint8)
    return Batch(images, rng.integers(0, CLASSES, network.batch))
