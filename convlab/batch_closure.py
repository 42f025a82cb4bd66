"""The loss of a training step's batch, computed again for optimizers that ask for it within a step."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from convlab.contracts.optimizer import Closure, Look
from convlab.contracts.parameter import Array
from convlab.layers.weighted import WeightedLayer
from convlab.losses import Loss
from convlab.model import Model
from convlab.seeding import generator


class BatchClosure(Closure):
    """Forward and backward pass over one batch, as often as an optimizer calls for them.

    Args:
        model: the network under training.
        loss: what is minimized.
        inputs: of the batch.
        labels: of the batch, (N,), int64.
        step: number of the step, from 0 over the whole run: dropout and sampled labels depend on it.
        seed: of the run.
    """

    def __init__(
        self, model: Model, loss: Loss, inputs: Array, labels: Array, *, step: int, seed: int
    ) -> None:
        self._model, self._loss = model, loss
        self._inputs, self._labels = inputs, labels
        self._step, self._seed = step, seed
        self.examples = len(labels)

    def __call__(self) -> float:
        with self._same_statistics():
            return self._backward(self._outputs(), self._labels)

    def with_sampled_labels(self, look: Look | None = None) -> float:
        with self._same_statistics(), self._watched(look):
            outputs = self._outputs()
            return self._backward(
                outputs, sampled_labels(outputs, generator(self._seed, "sampled labels", self._step))
            )

    def _outputs(self) -> Array:
        return self._model.forward(self._inputs, training=True, step=self._step)

    def _backward(self, outputs: Array, labels: Array) -> float:
        gradient = self._model.gradient_buffer(len(labels))
        value = self._loss(outputs, labels, gradient)
        self._model.backward(gradient)
        return value

    @contextmanager
    def _watched(self, look: Look | None) -> Iterator[None]:
        """Shows what goes into the weights of every layer, and what gradient comes back."""
        watched = [layer for layer in self._model.walk() if isinstance(layer, WeightedLayer)] if look else []
        for layer in watched:
            layer.look = look
        try:
            yield
        finally:
            for layer in watched:
                layer.look = None

    @contextmanager
    def _same_statistics(self) -> Iterator[None]:
        """Puts running statistics back, which a forward pass in training moves."""
        kept = [(array, array.copy()) for layer in self._model.walk() for array in layer.state().values()]
        yield
        for array, before in kept:
            array[...] = before


def sampled_labels(outputs: Array, random: np.random.Generator) -> Array:
    """One label a row, drawn from the softmax of the outputs."""
    heights = np.exp(outputs.astype(np.float64) - outputs.max(axis=1, keepdims=True))
    steps = np.cumsum(heights, axis=1)
    drawn = random.random((len(outputs), 1)) * steps[:, -1:]
    labels: Array = np.minimum((steps <= drawn).sum(axis=1), outputs.shape[1] - 1)
    return labels
