"""How the parameters of a network get their first values."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np

from convlab.contracts.initializer import Initializer, InitializerSpec, fills_norms
from convlab.contracts.parameter import Array
from convlab.errors import PluginError
from convlab.layers import Layer
from convlab.layers.builder import Builder, DeclaredParameter, InitializerChoice
from convlab.layers.sequential import Sequential
from convlab.layers.weighted import WeightedLayer
from convlab.registry import registry
from convlab.seeding import generator


def initialize(
    builder: Builder, chain: Sequential, sample: Callable[[], Array] | None, dtype: np.dtype[np.floating]
) -> None:
    """Fills every parameter from a generator of its own, in the order of the layers.

    So an initializer that asks for its layer's inputs gets them from layers that have their values already.

    Args:
        builder: after the layers were built; the parameters have their buffers.
        chain: the layers.
        sample: gives real inputs of the network, called at most once, when an initializer asks; None if there
            are none.
        dtype: of the network.

    Raises:
        PluginError: if an initializer gives a wrong shape, NaN or infinite values.
        ConfigError: if an initializer's setting is out of range, or it needs inputs and there are none.
    """
    depth = sum(item.parameter.name.endswith(".weight") for item in builder.declared)
    rehearsal = None if sample is None else _Rehearsal(chain, sample, dtype)
    of_experiment = _resolve(builder.choices.initializer)
    for item in builder.declared:
        takes_over = of_experiment.fills_norms and item.spec.role in ("scale", "shift")
        chosen = of_experiment if takes_over else _resolve(item.initializer)
        spec = replace(item.spec, depth=depth, branches=builder.branches)
        if rehearsal is not None:
            spec = rehearsal.tell(spec, item)
        values = np.asarray(chosen.fill(spec, generator(builder.clock.seed, "weights", item.parameter.name)))
        _check(chosen.label, item, values)
        item.parameter.value[...] = values


class _Chosen(NamedTuple):
    """An initializer, what messages call it, and whether it fills normalization layers too."""

    label: str
    fill: Initializer
    fills_norms: bool


def _resolve(choice: InitializerChoice) -> _Chosen:
    if callable(choice):
        return _Chosen(repr(choice), choice, fills_norms(choice))
    bound = registry().bind("initializer", choice)
    return _Chosen(f"'{bound.offer.name}'", bound.build, fills_norms(bound.offer.factory))


def _check(label: str, item: DeclaredParameter, values: Array) -> None:
    name, shape = item.parameter.name, item.spec.shape
    if values.shape != shape:
        raise PluginError(f"initializer {label} gave shape {values.shape} for {name} of shape {shape}")
    if not np.isfinite(values).all():
        raise PluginError(f"initializer {label} gave NaN or infinite values for {name}")


class _Rehearsal:
    """Passes real inputs through a network of which only the first layers have their values yet."""

    def __init__(self, chain: Sequential, sample: Callable[[], Array], dtype: np.dtype[np.floating]) -> None:
        self._chain, self._sample, self._dtype = chain, sample, dtype
        self._layers = {layer.name: layer for outer in chain.layers for layer in outer.walk()}
        self._inputs: Array | None = None

    def tell(self, spec: InitializerSpec, item: DeclaredParameter) -> InitializerSpec:
        """Adds the inputs and, where weights or a bias make them, the outputs of the parameter's layer."""
        layer, parameter = self._layers[spec.layer], item.parameter
        sample_input = cache(lambda: self._input_of(layer))
        if not isinstance(layer, WeightedLayer):
            return replace(spec, sample_input=sample_input)

        def sample_output(values: Array) -> Array:
            parameter.value[...] = values
            return layer.linear(sample_input())

        return replace(spec, sample_input=sample_input, sample_output=sample_output)

    def _input_of(self, layer: Layer) -> Array:
        """What the layer is given in a step of training, up to which the network runs."""
        if self._inputs is None:
            self._inputs = np.ascontiguousarray(self._sample(), self._dtype)
            self._chain.plan(len(self._inputs), self._dtype)
        statistics = [
            (array, array.copy()) for other in self._layers.values() for array in other.state().values()
        ]
        vars(layer)["forward"] = _stop
        try:
            self._chain.forward(self._inputs, training=True)
        except _Reached as reached:
            return reached.given
        finally:
            del vars(layer)["forward"]
            for array, before in statistics:
                array[...] = before
        raise AssertionError(f"{layer.name} is not part of the network")


class _Reached(Exception):  # noqa: N818 it is no error
    """Brings what a layer is given out of a forward pass."""

    def __init__(self, given: Array) -> None:
        super().__init__()
        self.given = given.copy()


def _stop(x: Array, training: bool) -> Array:
    raise _Reached(x)
