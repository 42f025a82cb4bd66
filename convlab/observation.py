"""A network that tells what passes through its layers."""

from collections.abc import Iterator, Sequence

import numpy as np

from convlab.contracts.activation import Activation
from convlab.contracts.dataset import Split
from convlab.contracts.parameter import Array, Parameter
from convlab.contracts.sample import LayerActivity, Sample
from convlab.errors import ConfigError
from convlab.layers import BatchNorm, Dropout, Layer
from convlab.layers.applied_activation import AppliedActivation
from convlab.losses import Loss
from convlab.model import Model

# A sample has as many images as keep this many values in all layers together, within limits.
_SAMPLE_VALUES, _SAMPLE_FEWEST, _SAMPLE_MOST = 2**23, 8, 64


class Observer:
    """Runs a network forwards and backwards and keeps what passes through every layer.

    The network is changed for this: nothing is fused, dropout is off and no slope is drawn at random. So give
    it one that does not train.

    Args:
        network: newly built, never run; from now on the observer's.
        loss: what the gradients are of.
        frozen: whether batch normalization uses its running statistics, as in inference; otherwise it uses
            those of the images at hand, as in training.

    Example:
        >>> import convlab
        >>> from convlab.layers import Conv2D, Dense, Flatten
        >>> from convlab.losses import SoftmaxCrossEntropy
        >>> def network():
        ...     layers = [Conv2D(4, 3, activation="relu"), Flatten(), Dense(10)]
        ...     return convlab.Model(layers, (8, 8, 1))
        >>> data = convlab.load_dataset("digits")
        >>> trained = network()
        >>> history = convlab.fit(trained, data, epochs=1)
        >>> observer = Observer(network(), SoftmaxCrossEntropy())
        >>> observer.follow(trained)
        >>> sample = observer.observe(Split(data.train.images[:5], data.train.labels[:5]))
        >>> {name: activity.gradient.shape for name, activity in sample.layers.items()}
        {'conv1': (5, 6, 6, 4), 'dense1': (5, 10)}
    """

    def __init__(self, network: Model, loss: Loss, *, frozen: bool = False) -> None:
        self._network, self._loss = network, loss
        network.draws = False
        parameters = {parameter.name: parameter for parameter in network.parameters}
        for layer in network.walk():
            if isinstance(layer, Dropout):
                layer.rate = 0.0
            if frozen and isinstance(layer, BatchNorm):
                _freeze(layer)
        watches = [_Watch(layer, parameters) for layer in _in_order(network.layers)]
        self._watches = [watch for watch in watches if watch.parameters or watch.activates]

    def follow(self, model: Model) -> None:
        """Takes the parameters, the running statistics and the preprocessing of a model of the same layers.

        Raises:
            ShapeError: if its layers are others.
        """
        self._network.load_state(model.state())

    def observe(self, split: Split) -> Sample:
        """Runs the network on images and back.

        Args:
            split: the images and their labels, at least one.

        Returns:
            What passed through the layers; the parameters in it are the network's own.

        Raises:
            ConfigError: if the network has no preprocessing yet: follow a model that was trained.
            ShapeError: if the images do not fit the network.
        """
        preprocessing = self._network.preprocessing
        if preprocessing is None:
            raise ConfigError(
                "observer: uint8 images need preprocessing, which training sets; follow a model that has it"
            )
        inputs = preprocessing.apply(split.images)
        outputs = self._network.forward(inputs, training=True)
        gradient = np.empty_like(outputs)
        loss = self._loss(outputs, split.labels, gradient)
        outputs = outputs.copy()
        self._network.backward(gradient)
        layers = {watch.layer.name: watch.activity() for watch in self._watches}
        return Sample(split.images, split.labels, inputs, outputs, loss, layers)


def sample_of(split: Split, network: Model) -> Split:
    """Chooses the images that a network is observed with, evenly over a split.

    Args:
        split: at least one image.
        network: the more values its layers have, the fewer images are taken: from 64 down to 8.

    Returns:
        The same images for every seed and arm with this split and network.

    Example:
        >>> from convlab.layers import Dense, Flatten
        >>> split = Split(np.zeros((640, 2, 2, 1), np.uint8), np.arange(640) // 64)
        >>> chosen = sample_of(split, Model([Flatten(), Dense(10)], (2, 2, 1)))
        >>> len(chosen), sorted(set(chosen.labels.tolist()))
        (64, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    values = sum(int(np.prod(layer.output_shape, dtype=np.int64)) for layer in network.walk())
    count = min(len(split), max(_SAMPLE_FEWEST, min(_SAMPLE_MOST, _SAMPLE_VALUES // values)))
    chosen = np.arange(count) * len(split) // count
    return Split(split.images[chosen], split.labels[chosen])


def _in_order(layers: Sequence[Layer]) -> Iterator[Layer]:
    """All layers as they finish: what is inside a block comes before the block."""
    for layer in layers:
        yield from _in_order(layer.sublayers())
        yield layer


class _Witness(Activation):
    """Another activation, which remembers what it was applied to.

    It has no compiled kernel, so that no layer fuses it, absorbs it or takes its derivative over.
    """

    def __init__(self, activation: Activation) -> None:
        self.activation = activation
        self.before: Array | None = None
        self.slope: Array | None = None

    def value(self, x: Array, out: Array) -> None:
        self.before = x.copy()
        self.activation.value(x, out)

    def derivative(self, x: Array, out: Array) -> None:
        self.activation.derivative(x, out)
        self.slope = out.copy()

    def learns(self) -> bool:
        return self.activation.learns()

    def backward_parameters(self, x: Array, gradient: Array, scratch: Array) -> None:
        self.activation.backward_parameters(x, gradient, scratch)


class _Watch:
    """Keeps what one layer is given and gives, both ways; buffers are shared, so all is copied."""

    def __init__(self, layer: Layer, parameters: dict[str, Parameter]) -> None:
        self.layer = layer
        self.parameters = {
            name.removeprefix(f"{layer.name}."): parameter
            for name, parameter in parameters.items()
            if name.rpartition(".")[0] == layer.name
        }
        applied = layer.ending()
        self.activates = applied is not None
        self._witness: _Witness | None = None
        if applied is not None and applied.activation is not None:
            self._witness = _Witness(applied.activation)
            vars(applied).update(vars(AppliedActivation(self._witness)))
        self._layer_forward, self._layer_backward = layer.forward, layer.backward
        vars(layer).update(forward=self._forward, backward=self._backward)
        self._gradient: Array | None = None

    def activity(self) -> LayerActivity:
        """What passed through in the latest forward and backward pass."""
        before, gradient, activation = self._output, self._gradient, None
        witness = self._witness
        if witness is not None:
            assert witness.before is not None
            before, activation = witness.before, witness.activation
            if gradient is not None:
                assert witness.slope is not None
                gradient = gradient * witness.slope
        return LayerActivity(
            self.layer, self._input, before, self._output, gradient, activation, self.parameters
        )

    def _forward(self, x: Array, training: bool) -> Array:
        self._input = x.copy()
        output = self._layer_forward(x, training)
        self._output = output.copy()
        return output

    def _backward(self, gradient: Array) -> Array | None:
        self._gradient = gradient.copy()
        return self._layer_backward(gradient)


def _freeze(norm: BatchNorm) -> None:
    """Makes a batch normalization the linear function that it is in inference, both ways."""
    layer_forward = norm.forward

    def forward(x: Array, training: bool) -> Array:
        return layer_forward(x, training=False)

    def backward(gradient: Array) -> Array:
        slope: Array = norm.scale / np.sqrt(norm.running_variance + np.float32(norm.epsilon))
        return gradient * slope

    vars(norm).update(forward=forward, backward=backward)
