"""A training step of ours and one of PyTorch, with SGD and Nesterov momentum."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from convlab import kernels
from convlab.bench import peer
from convlab.bench.networks import Batch
from convlab.bench.peer_network import peer_network
from convlab.losses import SoftmaxCrossEntropy
from convlab.model import Model
from convlab.preprocessing import Preprocessing
from convlab.registry import registry

MOMENTUM = 0.9


class TrainingStep(Protocol):
    """A program that takes one training step a call."""

    def __call__(self) -> float:
        """Takes a step and gives the loss before it."""

    def set_rate(self, rate: float) -> None:
        """Sets the learning rate of the steps to come."""

    def context(self) -> AbstractContextManager[object]:
        """What is in force while steps are taken."""


class OurStep:
    """Ours, from uint8 images as in a real run.

    Args:
        model: what is trained.
        batch: what it learns.
        rate: learning rate.
        precision: of convolutions.
    """

    def __init__(self, model: Model, batch: Batch, rate: float, precision: str) -> None:
        self._model, self._batch, self._rate, self._precision = model, batch, rate, precision
        choice = {"name": "nesterov", "lr": 1.0, "momentum": MOMENTUM}
        self._optimizer = registry().build("optimizer", choice, model.parameters)
        self._loss, self._preprocessing = SoftmaxCrossEntropy(), Preprocessing.fitted(batch.images, "unit")
        self._indices = np.arange(len(batch.images))
        self._inputs = kernels.empty_aligned(batch.images.shape)
        self._step = 0
        with self.context():
            model.plan(len(batch.images))

    def __call__(self) -> float:
        model = self._model
        inputs = self._preprocessing.apply(self._batch.images, self._indices, out=self._inputs)
        outputs = model.forward(inputs, training=True, step=self._step)
        gradient = model.gradient_buffer(len(inputs))
        value = self._loss(outputs, self._batch.labels, gradient)
        model.backward(gradient)
        self._optimizer.step(self._rate)
        self._step += 1
        return value

    def set_rate(self, rate: float) -> None:
        self._rate = rate

    def context(self) -> AbstractContextManager[object]:
        return kernels.use_precision(self._precision)


class PeerStep:
    """PyTorch's, from images that are float tensors already; its optimizer fused, its gradients set to None.

    Args:
        model: ours, whose weights it takes.
        batch: what it learns.
        rate: learning rate.
        layout: one of `convlab.bench.peer.LAYOUTS`.
        compiled: whether the first step sends network and loss through ``torch.compile``.
    """

    def __init__(
        self, model: Model, batch: Batch, rate: float, layout: str, *, compiled: bool = False
    ) -> None:
        torch = peer.torch()
        memory_format = getattr(torch, peer.LAYOUTS[layout])
        self._compiled = compiled
        self._network = peer_network(model).to(memory_format=memory_format)
        self._images = peer.from_images((batch.images / 255).astype(np.float32), layout)
        self._labels = torch.from_numpy(batch.labels)
        self._optimizer = torch.optim.SGD(
            self._network.parameters(), lr=rate, momentum=MOMENTUM, nesterov=True, fused=True
        )

    def __call__(self) -> float:
        self._optimizer.zero_grad()
        loss = self._loss(self._images, self._labels)
        loss.backward()
        self._optimizer.step()
        return float(loss.item())

    def set_rate(self, rate: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = rate

    def context(self) -> AbstractContextManager[object]:
        return nullcontext()

    @cached_property
    def _loss(self) -> Callable[[Any, Any], Any]:
        torch, network = peer.torch(), self._network

        def loss(images: Any, labels: Any) -> Any:
            return torch.nn.functional.cross_entropy(network(images), labels)

        if not self._compiled:
            return loss
        torch.compiler.reset()  # it counts the networks ever compiled here, and gives up after the eighth
        compiled: Callable[[Any, Any], Any] = torch.compile(loss)
        return compiled
