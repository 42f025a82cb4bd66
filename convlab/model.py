"""A network made of layers: built once, planned once for a batch size, then run."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from convlab.contracts.activation import Activation
from convlab.contracts.parameter import Array, ParameterBuffers
from convlab.errors import ConfigError, PluginError, ShapeError
from convlab.initialization import initialize
from convlab.layers import Layer
from convlab.layers.arena import Arena
from convlab.layers.builder import (
    ActivationChoice,
    Builder,
    Choices,
    Clock,
    InitializerChoice,
)
from convlab.layers.sequential import Sequential
from convlab.preprocessing import Preprocessing
from convlab.records.atomic import write_atomically
from convlab.records.safetensors_file import read_safetensors, to_safetensors
from convlab.registry import registry

_PREDICTION_BATCH = 256


class Model:
    """A network of layers with its parameters.

    Args:
        layers: in the order of computation; each belongs to this model from now on.
        input_shape: shape of one input, (H, W, C) or (C,).
        seed: of initial weights and dropout, >= 0.
        initializer: for weights whose layer does not name one.
        bias_initializer: the same for biases.
        activation: for layers that ask for the ``"default"`` activation.
        initializers: by layer name, stronger than what the layer says; ``activations`` and ``biases`` alike.
        activations: by layer name.
        bias: whether layers have biases; None leaves it to the layers.
        biases: by layer name.
        dtype: float32; float64 runs through the reference kernels, for checks of gradients.
        preprocessing: how uint8 images become inputs; set by training.
        sample: gives real inputs (N, H, W, C) or (N, C) to initializers that look at data; called only by
            these.

    Attributes:
        layers: the layers, in the order of computation.
        parameters: all parameters, and the flat buffers that they are views of.
        draws: whether activations such as rrelu draw random numbers in training, or are what they are in
            inference there as well.

    Raises:
        ShapeError: if a layer does not fit the one before it.
        ConfigError: if a layer's setting is out of range, or two layers share a name.

    Example:
        >>> from convlab.layers import Conv2D, Dense, Flatten, MaxPool2D
        >>> model = Model(
        ...     [Conv2D(8, 3, activation="relu"), MaxPool2D(2), Flatten(), Dense(10)], input_shape=(28, 28, 1)
        ... )
        >>> model.layers[0].weight.shape, model.parameter_count
        ((8, 3, 3, 1), 13610)
        >>> model.predict(np.zeros((2, 28, 28, 1), np.float32)).shape
        (2, 10)
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: Sequence[int],
        *,
        seed: int = 0,
        initializer: InitializerChoice = "glorot_uniform",
        bias_initializer: InitializerChoice = "zeros",
        activation: ActivationChoice = "relu",
        initializers: Mapping[str, InitializerChoice] | None = None,
        activations: Mapping[str, ActivationChoice] | None = None,
        bias: bool | None = None,
        biases: Mapping[str, bool] | None = None,
        dtype: Any = np.float32,
        preprocessing: Preprocessing | None = None,
        sample: Callable[[], Array] | None = None,
    ) -> None:
        self._sequential = Sequential(layers)
        self.input_shape = tuple(input_shape)
        self.dtype: np.dtype[np.floating] = np.dtype(dtype)
        self.preprocessing = preprocessing
        _name_layers(self.walk())
        choices = Choices(initializer, bias_initializer, activation, initializers, activations, bias, biases)
        self._clock = Clock(seed)
        builder = Builder(choices, _make_activation, self._clock, self.dtype)
        builder.check_layer_names({layer.name for layer in self.walk()})
        self.output_shape = self._sequential.build(self.input_shape, builder)
        self.parameters = ParameterBuffers([item.parameter for item in builder.declared], self.dtype)
        initialize(builder, self._sequential, sample, self.dtype)
        self.draws = True
        self._planned_batch = 0
        self._gradient: Array | None = None

    @property
    def layers(self) -> list[Layer]:
        """The layers, in the order of computation; those inside a block belong to the block."""
        return self._sequential.layers

    def walk(self) -> list[Layer]:
        """All layers, those inside blocks too, in the order of computation."""
        return [inner for layer in self.layers for inner in layer.walk()]

    def algorithms(self) -> dict[str, dict[str, str]]:
        """By layer and operation, the algorithm of the compiled core; empty before the model is planned.

        Example:
            >>> from convlab.layers import Conv2D
            >>> model = Model([Conv2D(8, 3)], input_shape=(28, 28, 1))
            >>> model.plan(32)
            >>> list(model.algorithms()["conv1"])
            ['forward', 'backward_input', 'backward_weight']
        """
        if not self._planned_batch:
            return {}
        found = {layer.name: dict(layer.algorithms()) for layer in self.walk()}
        return {name: algorithms for name, algorithms in found.items() if algorithms}

    @property
    def parameter_count(self) -> int:
        """Number of values in all parameters, frozen ones too."""
        return sum(parameter.size for parameter in self.parameters)

    def plan(self, batch: int) -> None:
        """Makes all buffers for batches of up to `batch` inputs; done when needed, or once ahead.

        Args:
            batch: inputs at a time, >= 1.
        """
        self._sequential.plan(batch, self.dtype)
        arena = Arena(self.dtype)
        self._gradient = arena.take((batch, *self.output_shape))
        self._sequential.plan_backward(arena, self._gradient, need_input=False)
        self._planned_batch = batch

    def forward(self, x: Array, *, training: bool = False, step: int = 0) -> Array:
        """Computes the outputs of a batch.

        Args:
            x: (N, H, W, C) or (N, C), of the model's dtype, contiguous.
            training: whether dropout and batch statistics are on, and what `backward` needs is kept.
            step: number of the training step, which the random numbers of dropout depend on.

        Returns:
            (N, K): a view of a buffer that the next call writes over.

        Raises:
            ShapeError: if `x` does not fit the model's input.
        """
        if x.shape[1:] != self.input_shape or x.dtype != self.dtype:
            raise ShapeError(
                f"model: expects {self.dtype} inputs of shape (N, {', '.join(map(str, self.input_shape))}), "
                f"got {x.dtype} of shape {x.shape}"
            )
        if len(x) > self._planned_batch:
            self.plan(len(x))
        self._clock.step, self._clock.draws = step, training and self.draws
        return self._sequential.forward(np.ascontiguousarray(x), training)

    def backward(self, gradient: Array) -> None:
        """Computes the gradients of all parameters from the loss's gradient to the latest outputs.

        Args:
            gradient: (N, K), may be written over; `gradient_buffer` gives one that costs no allocation.
        """
        self._sequential.backward(gradient)

    def gradient_buffer(self, count: int) -> Array:
        """A planned buffer for the gradient to `count` outputs, at most as many as planned."""
        assert self._gradient is not None
        return self._gradient[:count]

    def predict(self, x: Array, *, batch_size: int = _PREDICTION_BATCH) -> Array:
        """Computes the outputs of any number of inputs.

        Args:
            x: (N, H, W, C) or (N, C); images as uint8 go through the model's preprocessing first.
            batch_size: inputs at a time, >= 1.

        Returns:
            (N, K), float: for a classifier the logits; a new array.

        Raises:
            ConfigError: if images are uint8 and the model has no preprocessing.
        """
        outputs = np.empty((len(x), *self.output_shape), self.dtype)
        for start in range(0, len(x), batch_size):
            part = x[start : start + batch_size]
            if part.dtype == np.uint8:
                if self.preprocessing is None:
                    raise ConfigError(
                        "model: uint8 images need preprocessing, which training sets; "
                        "pass float inputs, or set model.preprocessing"
                    )
                part = self.preprocessing.apply(part)
            outputs[start : start + len(part)] = self.forward(np.asarray(part, self.dtype))
        return outputs

    def state(self) -> dict[str, Array]:
        """All that a trained model is: parameters, running statistics, preprocessing; views, not copies."""
        state: dict[str, Array] = {parameter.name: parameter.value for parameter in self.parameters}
        for layer in self.walk():
            state |= {f"{layer.name}.{name}": array for name, array in layer.state().items()}
        if self.preprocessing is not None:
            state |= self.preprocessing.to_arrays()
        return state

    def load_state(self, state: Mapping[str, Array]) -> None:
        """Puts a saved state back.

        Raises:
            ShapeError: if names or shapes are not this model's.
        """
        loaded = {name: array for name, array in state.items() if not Preprocessing.owns(name)}
        own = {name: array for name, array in self.state().items() if not Preprocessing.owns(name)}
        for name in sorted(own.keys() ^ loaded.keys()):
            where = "the saved state lacks" if name in own else "the model has no"
            raise ShapeError(f"model: {where} '{name}'; load a state saved from the same layers")
        for name, array in own.items():
            if array.shape != loaded[name].shape:
                raise ShapeError(
                    f"model: '{name}' has shape {array.shape}, in the saved state {loaded[name].shape}"
                )
            array[...] = loaded[name]
        self.preprocessing = Preprocessing.from_arrays(state) or self.preprocessing

    def save(self, path: str | Path) -> None:
        """Writes the state to a safetensors file, atomically.

        Raises:
            RecordError: if the file cannot be written.
        """
        write_atomically(Path(path), to_safetensors(self.state(), {"format": "convlab model"}))

    def load(self, path: str | Path) -> None:
        """Reads a state that `save` wrote.

        Raises:
            RecordError: if the file is missing or damaged.
            ShapeError: if it was saved from another network.
        """
        self.load_state(read_safetensors(Path(path))[0])

    def summary(self) -> str:
        """A table of the layers: name, settings, output shape, parameters."""
        sizes: Counter[str] = Counter()
        for parameter in self.parameters:
            sizes[parameter.name.rpartition(".")[0]] += parameter.size
        lines = [f"{'layer':<22}{'settings':<34}{'output':<18}{'parameters':>10}"]
        for layer in self.walk():
            shape = "x".join(map(str, layer.output_shape))
            lines.append(f"{layer.name:<22}{layer.describe():<34}{shape:<18}{sizes[layer.name]:>10,}")
        lines.append(f"{'':<22}{'':<34}{'total':<18}{self.parameter_count:>10,}")
        return "\n".join(lines)


def _name_layers(layers: list[Layer]) -> None:
    """Gives unnamed layers their kind and number; refuses names that occur twice."""
    numbers: Counter[str] = Counter()
    for layer in layers:
        numbers[layer.kind] += 1
        if not layer.name:
            layer.name = f"{layer.kind}{numbers[layer.kind]}"
    names = Counter(layer.name for layer in layers)
    for name, count in names.items():
        if count > 1:
            raise ConfigError(f"model: {count} layers are named '{name}'; give each a name of its own")


def _make_activation(choice: ActivationChoice) -> Activation:
    if isinstance(choice, Activation):
        return choice
    assert choice is not None
    activation = registry().build("activation", choice)
    if not isinstance(activation, Activation):
        raise PluginError(f"activation {choice!r} built {type(activation).__name__}, not an Activation")
    return activation
