"""What a network does with a few images: what goes into every layer, what comes out, what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convlab.contracts.activation import Activation
from convlab.contracts.parameter import Array, Parameter

if TYPE_CHECKING:
    from convlab.layers.base import Layer


@dataclass(frozen=True)
class LayerActivity:
    """What passed through one layer, forwards and backwards.

    Attributes:
        layer: the layer; its name, its kind and its geometry may be looked at.
        input: what it was given, (N, H, W, C) or (N, C).
        before: its output before the activation: weighted sums z, or a sum of branches; (N, ..., K).
        output: f(z), (N, ..., K); the same as `before` where there is no activation.
        gradient: of the loss with respect to `before`; None in front of the first layer that learns.
        activation: f, or None.
        parameters: by field (``weight``, ``bias``, ``scale``, ``shift``), values with their gradients.
    """

    layer: "Layer"
    input: Array
    before: Array
    output: Array
    gradient: Array | None
    activation: Activation | None
    parameters: Mapping[str, Parameter]


@dataclass(frozen=True)
class Sample:
    """A forward and a backward pass of the network over a few images.

    Attributes:
        images: (N, H, W, C), uint8.
        labels: (N,), int64.
        inputs: (N, H, W, C), what the network saw after preprocessing.
        outputs: (N, K), the logits of a classifier.
        loss: mean over the images; all gradients are gradients of it.
        layers: by name, in the order of computation: all layers that have parameters or an activation.
    """

    images: Array
    labels: Array
    inputs: Array
    outputs: Array
    loss: float
    layers: Mapping[str, LayerActivity]
