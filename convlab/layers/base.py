"""What all layers have in common.

A layer is described by its constructor, `build` tells it the shape of its input and lets it declare its
parameters, `plan` gives it its buffers once for a batch size, and `forward` and `backward` then allocate
nothing. Batches may be smaller than planned: a layer works on the leading part of its buffers.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Self

import numpy as np

from convlab.contracts.parameter import Array
from convlab.errors import ShapeError
from convlab.layers.applied_activation import AppliedActivation
from convlab.layers.arena import Arena
from convlab.layers.builder import Builder

Shape = tuple[int, ...]


class Layer(ABC):
    """One step of a network.

    Args:
        name: what configs and records call the layer; by default its kind and number, such as ``conv1``.

    Attributes:
        kind: first part of the default name.
        input_shape: shape of one input, without the batch.
        output_shape: shape of one output, without the batch.
    """

    kind: ClassVar[str]

    def __init__(self, name: str | None = None) -> None:
        self.name = name or ""
        self.input_shape: Shape = ()
        self.output_shape: Shape = ()

    @abstractmethod
    def build(self, input_shape: Shape, builder: Builder) -> Shape:
        """Takes the shape of one input, declares the parameters, and returns the shape of one output."""

    @abstractmethod
    def plan(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Makes the buffers of the forward pass for up to `batch` inputs."""

    @abstractmethod
    def plan_backward(self, arena: Arena, gradient: Array, need_input: bool) -> Array | None:
        """Chooses the buffer for the gradient to the input.

        Args:
            arena: where buffers come from and go back to.
            gradient: the buffer that `backward` will be given; a layer may write over it.
            need_input: whether anything before this layer learns.

        Returns:
            `gradient` itself (or a view of it) when the layer works in place, a buffer taken from the arena
            otherwise; None when no gradient to the input is needed.
        """

    @abstractmethod
    def forward(self, x: Array, training: bool) -> Array:
        """Computes the output of a batch; the result is a view of a buffer of this layer."""

    @abstractmethod
    def backward(self, gradient: Array) -> Array | None:
        """Computes the parameters' gradients, and the gradient to the input where it was planned.

        `gradient` belongs to the output of the latest `forward` in training, and may be written over.
        """

    def join(self, previous: "Layer") -> None:  # noqa: B027 most layers work alone
        """Lets this layer and the one in front of it do work together; called before `plan`.

        By default nothing is shared, and every layer computes what it is described to compute.
        """

    def absorb(self, activation: AppliedActivation) -> bool:
        """Whether this layer will apply an activation that follows it, both ways; False by default."""
        return False

    def ending(self) -> AppliedActivation | None:
        """The activation that this layer's output is the output of, None if there is none."""
        return None

    def keep_gradient(self) -> bool:
        """Asks `backward` to leave the gradient that it is given as it is; whether it will.

        Called before `plan_backward`. False by default: then whoever still needs the gradient keeps a copy.
        """
        return False

    def needs_output(self) -> bool:
        """Whether `backward` needs what `forward` returned; if not, the next layer may write over it."""
        return True

    def sublayers(self) -> Sequence["Layer"]:
        """The layers inside this one, in the order of computation."""
        return ()

    def state(self) -> Mapping[str, Array]:
        """Arrays beside the parameters that belong to a trained layer, such as running statistics."""
        return {}

    def algorithms(self) -> Mapping[str, str]:
        """By operation, the algorithm that the compiled core takes for it; empty where there is no choice."""
        return {}

    def learns(self) -> bool:
        """Whether this layer or one inside it has parameters that an optimizer updates."""
        return any(layer.learns() for layer in self.sublayers())

    def walk(self) -> Iterator["Layer"]:
        """This layer and all inside it, in the order of computation."""
        yield self
        for layer in self.sublayers():
            yield from layer.walk()

    def called(self, name: str) -> Self:
        """Sets the name, and returns the layer."""
        self.name = name
        return self

    def describe(self) -> str:
        """The layer's settings for a summary, such as ``3x3, 64 filters``."""
        return ""


def require_rank(layer: Layer, input_shape: Shape, rank: int, meaning: str) -> None:
    """Raises a ShapeError unless one input of the layer has `rank` dimensions."""
    if len(input_shape) != rank:
        remedy = "; put a Flatten layer in front of it" if rank == 1 else ""
        raise ShapeError(f"{layer.name}: expects inputs of shape {meaning}, got {input_shape}{remedy}")
