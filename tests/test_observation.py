"""What an observer tells of the layers is what the network computes."""

from typing import Any

import numpy as np
import pytest

from convlab import Model, kernels
from convlab.contracts.dataset import Split
from convlab.errors import ConfigError
from convlab.layers import (
    GLU,
    Activation,
    BatchNorm,
    Conv2D,
    CReLU,
    Dense,
    Dropout,
    Flatten,
    FReLU,
    GlobalAveragePool,
    Layer,
    Maxout,
    MaxPool2D,
    Residual,
)
from convlab.losses import SoftmaxCrossEntropy
from convlab.observation import Observer, sample_of
from convlab.preprocessing import Preprocessing

RNG = np.random.default_rng(0)
SPLIT = Split(RNG.integers(0, 256, (12, 8, 8, 2), np.uint8), RNG.integers(0, 10, 12))
PREPROCESSING = Preprocessing.fitted(SPLIT.images)


def plain() -> list[Layer]:
    return [
        Conv2D(4, 3, padding="same", activation="gelu"),
        MaxPool2D(2),
        Conv2D(6, 3, activation="relu"),
        Flatten(),
        Dense(10, activation="tanh"),
        Dense(10),
    ]


def residual() -> list[Layer]:
    """All that layers share with their neighbours: absorbed activations, derivatives handed on."""
    return [
        Conv2D(4, 3, padding="same", use_bias=False),
        BatchNorm(),
        Activation("relu"),
        Residual(
            [Conv2D(4, 3, padding="same"), BatchNorm(), Activation("relu"), Conv2D(4, 3, padding="same")]
        ),
        Residual(
            [Conv2D(4, 3, padding="same"), BatchNorm()], [Conv2D(4, 1, activation="relu")], activation="relu"
        ),
        MaxPool2D(2),
        GlobalAveragePool(),
        Dense(10),
    ]


def learned() -> list[Layer]:
    """Activations with parameters of their own, and layers over several channels."""
    return [
        Conv2D(8, 3, padding="same", activation="prelu"),
        Residual([Conv2D(16, 3, padding="same"), GLU("swish_beta")], activation="xielu"),
        BatchNorm(),
        Activation("prelu"),
        FReLU(),
        MaxPool2D(2),
        Conv2D(4, 3, activation=None),
        CReLU(),
        Maxout(2),
        GlobalAveragePool(),
        Dense(10),
    ]


NETWORKS = pytest.mark.parametrize("layers", [plain, residual, learned])


def network(layers: Any) -> Model:
    model = Model(layers(), (8, 8, 2), preprocessing=PREPROCESSING)
    for layer in model.walk():
        if isinstance(layer, BatchNorm):
            layer.scale[...] = np.linspace(0.5, 1.5, len(layer.scale))
            layer.running_mean[...] = 0.3
            layer.running_variance[...] = 2.0
    return model


def observed(layers: Any, *, frozen: bool = False) -> tuple[Model, Any]:
    model = network(layers)
    observer = Observer(Model(layers(), (8, 8, 2), seed=1), SoftmaxCrossEntropy(), frozen=frozen)
    observer.follow(model)
    return model, observer.observe(SPLIT)


@NETWORKS
def test_it_computes_what_the_fused_network_computes(layers: Any) -> None:
    model, sample = observed(layers)
    outputs = model.forward(PREPROCESSING.apply(SPLIT.images), training=True)
    gradient = model.gradient_buffer(len(SPLIT))
    loss = SoftmaxCrossEntropy()(outputs, SPLIT.labels, gradient)
    np.testing.assert_allclose(sample.outputs, outputs, rtol=1e-4, atol=1e-5)
    assert sample.loss == pytest.approx(loss, rel=1e-5)
    model.backward(gradient)
    told = {
        f"{name}.{field}": parameter
        for name, activity in sample.layers.items()
        for field, parameter in activity.parameters.items()
    }
    assert told.keys() == {parameter.name for parameter in model.parameters}
    for parameter in model.parameters:
        np.testing.assert_allclose(told[parameter.name].gradient, parameter.gradient, rtol=1e-3, atol=1e-5)


@NETWORKS
def test_inputs_sums_and_gradients_fit_each_other(layers: Any) -> None:
    _, sample = observed(layers)
    convolutions = [activity for activity in sample.layers.values() if isinstance(activity.layer, Conv2D)]
    assert len(convolutions) >= 2
    for activity in convolutions:
        weight, bias = activity.parameters["weight"], activity.parameters.get("bias")
        geometry = activity.layer.geometry
        sums = kernels.conv2d(activity.input, weight.value, None if bias is None else bias.value, **geometry)
        np.testing.assert_allclose(activity.before, sums, rtol=1e-5, atol=1e-5)
        slopes, _ = kernels.conv2d_backward_weight(
            activity.input, activity.gradient, weight.shape, **geometry
        )
        np.testing.assert_allclose(weight.gradient, slopes, rtol=1e-4, atol=1e-6)


@NETWORKS
def test_the_output_is_the_activation_of_what_was_before(layers: Any) -> None:
    _, sample = observed(layers)
    activated = [activity for activity in sample.layers.values() if activity.activation]
    assert len(activated) >= 3
    for activity in activated:
        expected = np.empty_like(activity.before)
        activity.activation.value(activity.before, expected)
        np.testing.assert_array_equal(activity.output, expected)
        assert not np.array_equal(activity.output, activity.before)


def test_a_frozen_network_computes_what_inference_computes_and_its_gradient() -> None:
    model, sample = observed(residual, frozen=True)
    inputs = PREPROCESSING.apply(SPLIT.images)
    np.testing.assert_allclose(sample.outputs, model.forward(inputs), rtol=1e-4, atol=1e-5)
    bias = sample.layers["dense1"].parameters["bias"]
    scale = sample.layers["batch_norm1"].parameters["scale"]
    assert bias.gradient.any()
    # the loss along the first convolution's gradient, by central differences
    weight = next(parameter for parameter in model.parameters if parameter.name == "conv1.weight")
    direction = sample.layers["conv1"].parameters["weight"].gradient.copy()
    start, losses = weight.value.copy(), []
    for step in (0.01, -0.01):
        weight.value[...] = start + step * direction / np.linalg.norm(direction)
        outputs = model.forward(inputs)
        losses.append(SoftmaxCrossEntropy()(outputs, SPLIT.labels, np.empty_like(outputs)))
    assert (losses[0] - losses[1]) / 0.02 == pytest.approx(np.linalg.norm(direction), rel=0.02)
    assert not scale.gradient.any(), "what is frozen does not learn"


def test_random_slopes_are_those_of_inference() -> None:
    def layers() -> list[Layer]:
        return [Conv2D(4, 3, activation="rrelu"), GlobalAveragePool(), Dense(10)]

    model, sample = observed(layers)
    inputs = PREPROCESSING.apply(SPLIT.images)
    np.testing.assert_allclose(sample.outputs, model.forward(inputs), rtol=1e-5, atol=1e-6)
    assert not np.allclose(sample.outputs, model.forward(inputs, training=True), rtol=1e-5, atol=1e-6)


def test_dropout_is_off() -> None:
    _, sample = observed(lambda: [Flatten(), Dense(64, activation="relu"), Dropout(0.9), Dense(10)])
    np.testing.assert_array_equal(sample.layers["dense2"].input, sample.layers["dense1"].output)
    assert sample.layers["dense2"].input.any()


def test_no_gradient_reaches_what_stands_before_the_first_layer_that_learns() -> None:
    _, sample = observed(lambda: [Conv2D(3, 3, trainable=False), Flatten(), Dense(10)])
    assert sample.layers["conv1"].gradient is None
    assert sample.layers["dense1"].gradient is not None


def test_looking_again_sees_the_same_and_changes_nothing() -> None:
    model = network(residual)
    before = {name: array.copy() for name, array in model.state().items()}
    observer = Observer(network(residual), SoftmaxCrossEntropy())
    samples = []
    for _ in range(2):
        observer.follow(model)
        samples.append(observer.observe(SPLIT))
    for name, array in model.state().items():
        np.testing.assert_array_equal(array, before[name])
    for first, second in zip(*(sample.layers.values() for sample in samples), strict=True):
        np.testing.assert_array_equal(first.output, second.output)
        np.testing.assert_array_equal(first.gradient, second.gradient)


@NETWORKS
def test_a_sample_stays_as_it_is_when_others_are_observed(layers: Any) -> None:
    observer = Observer(network(layers), SoftmaxCrossEntropy())
    sample = observer.observe(SPLIT)
    arrays = [sample.inputs, sample.outputs]
    for item in sample.layers.values():
        arrays += [
            array for array in (item.input, item.before, item.output, item.gradient) if array is not None
        ]
    before = [array.copy() for array in arrays]
    observer.observe(Split(SPLIT.images[::-1], SPLIT.labels))
    for array, expected in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, expected)


def test_a_network_without_preprocessing_is_refused() -> None:
    observer = Observer(Model([Flatten(), Dense(10)], (8, 8, 2)), SoftmaxCrossEntropy())
    with pytest.raises(ConfigError, match="observer: uint8 images need preprocessing, which training sets"):
        observer.observe(SPLIT)


@pytest.mark.parametrize(
    ("images", "width", "count"), [(5, 10, 5), (640, 10, 64), (640, 400_000, 10), (640, 4_000_000, 8)]
)
def test_wide_networks_are_shown_fewer_images(images: int, width: int, count: int) -> None:
    split = Split(np.zeros((images, 1, 1, 1), np.uint8), np.arange(images) % 10)
    model = Model([Flatten(), Dense(2 * width), Dense(1)], (1, 1, 1))
    assert len(sample_of(split, model)) == count
