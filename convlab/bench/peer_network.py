"""A model of ours as a network of PyTorch: the same layers and weights, written as one would there."""

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

import numpy as np

from convlab import layers
from convlab.bench import peer
from convlab.contracts.parameter import Array
from convlab.errors import BenchmarkError
from convlab.layers.weighted import WeightedLayer
from convlab.model import Model

# shape (H, W, C) of the feature maps that a layer sees as one vector, or None
Flattened = tuple[int, ...] | None

# the experiment's activation is relu unless a model says otherwise
_ACTIVATIONS: Mapping[Any, tuple[str, Mapping[str, bool]]] = {
    "default": ("ReLU", {"inplace": True}),
    "relu": ("ReLU", {"inplace": True}),
    "gelu": ("GELU", {}),
}


def peer_network(model: Model) -> Any:
    """Builds the network.

    Args:
        model: of layers that this module knows, with the activations relu and gelu.

    Returns:
        A ``torch.nn.Module`` in training mode, with its own copy of the weights.

    Raises:
        BenchmarkError: if a layer or an activation has no counterpart here.
    """
    return _chain(model.layers)


def _chain(chain: Sequence[layers.Layer]) -> Any:
    modules: list[Any] = []
    flattened: Flattened = None
    for layer in chain:
        modules += _modules(layer, flattened)
        if isinstance(layer, layers.Flatten):
            flattened = layer.input_shape
        elif not isinstance(layer, layers.Dropout):
            flattened = None
    return peer.torch().nn.Sequential(*modules)


@singledispatch
def _modules(layer: layers.Layer, flattened: Flattened) -> list[Any]:
    raise BenchmarkError(f"bench: {layer.name} ({type(layer).__name__}) has no counterpart in PyTorch here")


@_modules.register
def _(layer: layers.Conv2D, flattened: Flattened) -> list[Any]:
    module = peer.torch().nn.Conv2d(
        layer.input_shape[-1], layer.filters, layer.kernel_size, bias=layer.bias is not None, **layer.geometry
    )
    return [_filled(module, layer, layer.weight.transpose(0, 3, 1, 2)), *_activation(layer)]


@_modules.register
def _(layer: layers.Dense, flattened: Flattened) -> list[Any]:
    weight = layer.weight
    if flattened is not None:  # by us with pixels before channels, by PyTorch with channels before pixels
        weight = weight.reshape(layer.units, *flattened).transpose(0, 3, 1, 2).reshape(layer.units, -1)
    module = peer.torch().nn.Linear(layer.input_shape[0], layer.units, bias=layer.bias is not None)
    return [_filled(module, layer, weight), *_activation(layer)]


@_modules.register
def _(layer: layers.Activation, flattened: Flattened) -> list[Any]:
    return _activation(layer)


@_modules.register
def _(layer: layers.BatchNorm, flattened: Flattened) -> list[Any]:
    norm = peer.torch().nn.BatchNorm2d
    return [norm(layer.input_shape[-1], eps=layer.epsilon, momentum=1 - layer.momentum)]


@_modules.register
def _(layer: layers.MaxPool2D, flattened: Flattened) -> list[Any]:
    return [peer.torch().nn.MaxPool2d(layer.window, layer.stride, layer.padding)]


@_modules.register
def _(layer: layers.AveragePool2D, flattened: Flattened) -> list[Any]:
    return [peer.torch().nn.AvgPool2d(layer.window, layer.stride, layer.padding, count_include_pad=False)]


@_modules.register
def _(layer: layers.GlobalAveragePool, flattened: Flattened) -> list[Any]:
    nn = peer.torch().nn
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten()]


@_modules.register
def _(layer: layers.Flatten, flattened: Flattened) -> list[Any]:
    return [peer.torch().nn.Flatten()]


@_modules.register
def _(layer: layers.Dropout, flattened: Flattened) -> list[Any]:
    return [peer.torch().nn.Dropout(layer.rate)] if layer.rate else []


@_modules.register
def _(layer: layers.Scale, flattened: Flattened) -> list[Any]:
    class Scale(peer.torch().nn.Module):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return x * layer.factor

    return [Scale()]


@_modules.register
def _(layer: layers.Residual, flattened: Flattened) -> list[Any]:
    class Residual(peer.torch().nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.branch, self.shortcut = _chain(layer.branch.layers), _chain(layer.shortcut.layers)

        def forward(self, x: Any) -> Any:
            y = self.branch(x)
            y += self.shortcut(x)
            return y

    return [Residual(), *_activation(layer)]


def _activation(layer: WeightedLayer | layers.Activation | layers.Residual) -> list[Any]:
    choice = layer.activation_choice
    if choice is None:
        return []
    if choice not in _ACTIVATIONS:
        raise BenchmarkError(
            f"bench: {layer.name}: activation {choice!r} has no counterpart here; use relu or gelu"
        )
    name, settings = _ACTIVATIONS[choice]
    return [getattr(peer.torch().nn, name)(**settings)]


def _filled(module: Any, layer: WeightedLayer, weight: Array) -> Any:
    """The module with the layer's weights."""
    torch = peer.torch()
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(np.ascontiguousarray(weight)))
        if layer.bias is not None:
            module.bias.copy_(torch.from_numpy(layer.bias))
    return module
