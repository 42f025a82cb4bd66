"""What a layer can ask for while a model is built."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from convlab.contracts.activation import Activation, ActivationPlace
from convlab.contracts.initializer import InitializerSpec
from convlab.contracts.parameter import Array, Parameter, Role
from convlab.errors import ConfigError, suggest
from convlab.seeding import generator

ActivationChoice = str | Mapping[str, Any] | Activation | None
InitializerChoice = str | Mapping[str, Any] | Callable[..., Any]

DEFAULT = "default"


@dataclass
class DeclaredParameter:
    """A parameter together with all that its initializer is told."""

    parameter: Parameter
    spec: InitializerSpec
    initializer: InitializerChoice


@dataclass
class Choices:
    """What the experiment chose for all layers, and for single ones by name.

    Attributes:
        initializer: for weights that their layer leaves to the experiment.
        bias_initializer: the same for biases.
        activation: for layers that ask for the ``"default"`` activation.
        initializers: for the weights of single layers; stronger than what the layer says.
        activations: for single layers; stronger than what the layer says.
        bias: whether layers have biases; None leaves it to the layers.
        biases: the same for single layers.
    """

    initializer: InitializerChoice = "glorot_uniform"
    bias_initializer: InitializerChoice = "zeros"
    activation: ActivationChoice = "relu"
    initializers: Mapping[str, InitializerChoice] | None = None
    activations: Mapping[str, ActivationChoice] | None = None
    bias: bool | None = None
    biases: Mapping[str, bool] | None = None


@dataclass
class Clock:
    """What layers that draw random numbers draw them from: the seed, and the step that training is at.

    Attributes:
        seed: of the model.
        step: of training.
        draws: whether activations draw random numbers in the present pass.
    """

    seed: int
    step: int = 0
    draws: bool = False


class Builder:
    """Resolves choices and collects the parameters of a model that is being built.

    Args:
        choices: what the experiment chose.
        make_activation: builds an activation from a choice.
        clock: for layers that draw random numbers.
        dtype: of the model.
    """

    def __init__(
        self,
        choices: Choices,
        make_activation: Callable[[ActivationChoice], Activation],
        clock: Clock,
        dtype: np.dtype[np.floating],
    ) -> None:
        self.choices = choices
        self.clock = clock
        self.dtype = dtype
        self.declared: list[DeclaredParameter] = []
        self.branches = 0
        self._make_activation = make_activation
        self._awaiting: list[DeclaredParameter] = []
        self._weight_layers = 0

    def activation(
        self, layer: str, choice: ActivationChoice, channels: int, trainable: bool = True
    ) -> Activation | None:
        """The activation of a layer, None for linear; weights that wait for it learn its gain.

        Args:
            layer: name of the layer.
            choice: what the layer says.
            channels: size of the last axis of what it is applied to.
            trainable: False freezes what it learns.
        """
        by_name = self.choices.activations or {}
        choice = by_name.get(layer, choice)
        if choice == DEFAULT:
            choice = self.choices.activation
        if choice is None:
            return None
        activation = self._make_activation(choice)
        self.follow(activation.gain)
        return activation.placed(self._place(layer, channels, trainable))

    def follow(self, gain: float) -> None:
        """Tells the weights that wait for an activation the gain of what follows them."""
        for declared in self._awaiting:
            declared.spec = replace(declared.spec, gain=gain)
        self._awaiting = []

    def take_waiting(self) -> list[DeclaredParameter]:
        """The weights that no activation has followed yet; from now on they wait for none."""
        waiting, self._awaiting = self._awaiting, []
        return waiting

    def wait_also(self, waiting: list[DeclaredParameter]) -> None:
        """Lets weights of a parallel branch wait for the next activation as well."""
        self._awaiting = [*self._awaiting, *waiting]

    @contextmanager
    def residual_branch(self) -> Iterator[None]:
        """Tells the parameters declared meanwhile that they belong to a branch, and which ones close it."""
        start = len(self.declared)
        yield
        self.branches += 1
        own = [item for item in self.declared[start:] if not item.spec.branch_layers]
        weights = [item for item in own if item.spec.role in ("conv_weight", "dense_weight")]
        scales = [item for item in own if item.spec.role == "scale"]
        for item in own:
            item.spec = replace(item.spec, branch_layers=len(weights), branch_scales=len(scales))
        for item in (*weights[-1:], *scales[-1:]):
            item.spec = replace(item.spec, closes_branch=True)

    def uses_bias(self, layer: str, choice: bool) -> bool:
        """Whether a layer has a bias."""
        by_name = self.choices.biases or {}
        if layer in by_name:
            return by_name[layer]
        return choice if self.choices.bias is None else self.choices.bias

    def weight(
        self,
        layer: str,
        role: Role,
        shape: tuple[int, ...],
        choice: InitializerChoice,
        groups: int,
        trainable: bool,
    ) -> Parameter:
        """Declares the weights of a layer; the activation that follows is asked for afterwards."""
        choice = (self.choices.initializers or {}).get(layer, choice)
        if choice == DEFAULT:
            choice = self.choices.initializer
        spec = InitializerSpec(shape, role, layer, layer_index=self._weight_layers, groups=groups)
        self._weight_layers += 1
        declared = self._declare(layer, "weight", spec, choice, trainable)
        self._awaiting = [declared]
        return declared.parameter

    def bias(self, layer: str, size: int, choice: InitializerChoice, trainable: bool) -> Parameter:
        """Declares the bias of a layer, right after its weights."""
        choice = self.choices.bias_initializer if choice == DEFAULT else choice
        spec = InitializerSpec(
            (size,),
            "bias",
            layer,
            layer_index=self._weight_layers - 1,
            weight_shape=self.declared[-1].spec.shape,
        )
        return self._declare(layer, "bias", spec, choice, trainable).parameter

    def channel_parameter(self, layer: str, role: Role, size: int, initializer: str) -> Parameter:
        """Declares one value for each channel, such as the scale of a batch normalization."""
        spec = InitializerSpec((size,), role, layer, layer_index=max(0, self._weight_layers - 1))
        return self._declare(layer, role, spec, initializer, True).parameter

    def check_layer_names(self, names: set[str]) -> None:
        """Raises a ConfigError if a choice is for a layer that the model does not have."""
        for setting in ("initializers", "activations", "biases"):
            for layer in getattr(self.choices, setting) or {}:
                if layer not in names:
                    known = suggest(layer, names).replace("installed:", "layers:")
                    raise ConfigError(f"{setting}: the model has no layer '{layer}'{known}")

    def _place(self, layer: str, channels: int, trainable: bool) -> ActivationPlace:
        """What the activation of a layer can ask for."""

        def declare(name: str, initial: Array) -> Parameter:
            layer_index = max(0, self._weight_layers - 1)
            spec = InitializerSpec(np.shape(initial), "activation", layer, layer_index=layer_index)
            return self._declare(
                layer, f"activation_{name}", spec, lambda spec, random: initial, trainable
            ).parameter

        def random() -> np.random.Generator | None:
            clock = self.clock
            return generator(clock.seed, "activation", layer, clock.step) if clock.draws else None

        return ActivationPlace(channels, declare, random)

    def _declare(
        self, layer: str, field: str, spec: InitializerSpec, choice: InitializerChoice, trainable: bool
    ) -> DeclaredParameter:
        parameter = Parameter(f"{layer}.{field}", spec.role, spec.shape, trainable)
        declared = DeclaredParameter(parameter, spec, choice)
        self.declared.append(declared)
        return declared
