"""Small networks at work, for the checks of optimizers and probes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from convlab.contracts.dataset import Split
from convlab.contracts.parameter import ParameterBuffers
from convlab.contracts.probe import ProbeContext
from convlab.contracts.sample import Sample
from convlab.layers import Activation, BatchNorm, Conv2D, Dense, Flatten, Layer, MaxPool2D, Residual
from convlab.losses import SoftmaxCrossEntropy
from convlab.model import Model
from convlab.observation import Observer
from convlab.preprocessing import Preprocessing


class SmallProblem:
    """A convolution that has to tell four patterns under noise from each other.

    Attributes:
        parameters: of the network, in float32.

    Example:
        >>> problem = SmallProblem()
        >>> 1.0 < problem.loss() < 3.0
        True
    """

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self._labels = np.arange(32) % 4
        patterns = rng.standard_normal((4, 8, 8, 1))
        noise = rng.standard_normal((32, 8, 8, 1))
        self._images = (patterns[self._labels] + 0.5 * noise).astype(np.float32)
        layers = [Conv2D(6, 3, activation="relu"), MaxPool2D(2), Flatten(), Dense(4)]
        self._model = Model(layers, (8, 8, 1), initializer=_scaled_normal, bias_initializer=_zeros)
        self._loss = SoftmaxCrossEntropy()
        self.parameters: ParameterBuffers = self._model.parameters

    def loss(self) -> float:
        """The mean loss over all images; leaves its gradients in the parameters."""
        outputs = self._model.forward(self._images, training=True)
        gradient = self._model.gradient_buffer(len(self._images))
        value = self._loss(outputs, self._labels, gradient)
        self._model.backward(gradient)
        return value


def some_of_everything() -> list[Layer]:
    """A layer of every sort that a probe meets, a frozen one and a block among them."""
    return [
        Conv2D(4, 3, padding="same", trainable=False, name="frozen"),
        Conv2D(10, 3, padding="same", activation="relu", name="conv1"),
        MaxPool2D(2),
        Residual([Conv2D(10, 3, padding="same"), BatchNorm()], activation="tanh", name="block"),
        Activation("gelu", name="alone"),
        Flatten(),
        Dense(10, name="dense1"),
    ]


def moment(
    layers: Callable[[], list[Layer]] = some_of_everything,
    *,
    epoch: int = 0,
    last: bool = False,
    shape: tuple[int, int, int] = (8, 8, 1),
    **choices: Any,
) -> ProbeContext:
    """A moment of training as a probe is shown it.

    Args:
        layers: makes the network's layers.
        epoch: epochs done.
        last: True after the last epoch.
        shape: (H, W, C) of the images.
        choices: for the `convlab.Model`.

    Returns:
        The moment; its sample is taken from 24 images of noise.

    Example:
        >>> sorted(moment(epoch=3).sample.layers)[:2]
        ['alone', 'batch_norm1']
    """
    rng = np.random.default_rng(0)
    split = Split(rng.integers(0, 256, (24, *shape), np.uint8), np.arange(24) % 10)
    preprocessing = Preprocessing.fitted(split.images)
    model = Model(layers(), shape, preprocessing=preprocessing, **choices)
    observer = Observer(Model(layers(), shape, **choices), SoftmaxCrossEntropy())

    def take_sample() -> Sample:
        observer.follow(model)
        return observer.observe(split)

    return ProbeContext(model, epoch, last, take_sample)


def _scaled_normal(spec: Any, rng: np.random.Generator) -> Any:
    return rng.standard_normal(spec.shape) / np.sqrt(spec.fan_in)


def _zeros(spec: Any, rng: np.random.Generator) -> Any:
    return np.zeros(spec.shape)
