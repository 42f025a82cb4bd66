"""Every layer's gradients against finite differences, in float64 through the reference kernels."""

from collections.abc import Callable

import numpy as np
import pytest

from convlab.contracts.activation import Activation as OwnActivation
from convlab.layers import (
    GLU,
    Activation,
    AveragePool2D,
    BatchNorm,
    Concatenate,
    Conv2D,
    CReLU,
    Dense,
    Dropout,
    Flatten,
    FReLU,
    GlobalAveragePool,
    Layer,
    LearnedScale,
    Maxout,
    MaxPool2D,
    Residual,
    Scale,
)
from convlab.losses import Loss, MeanSquaredError, SoftmaxCrossEntropy
from convlab.model import Model

STEP = 1e-6
TOLERANCE = 1e-6
BATCH = 3


class Square(OwnActivation):
    """An activation that the compiled core does not know."""

    def value(self, x: np.ndarray, out: np.ndarray) -> None:
        np.multiply(x, x, out=out)

    def derivative(self, x: np.ndarray, out: np.ndarray) -> None:
        np.multiply(x, 2.0, out=out)


# Each network begins with a layer that learns, so that the layer under test passes a gradient on.
NETWORKS: dict[str, Callable[[], list[Layer]]] = {
    "conv": lambda: [Conv2D(3, 3), Conv2D(2, 3, stride=2, padding="same"), Flatten(), Dense(4)],
    "conv_options": lambda: [
        Conv2D(4, 2, use_bias=False),
        Conv2D(4, 3, groups=2, dilation=2, padding=((1, 2), (3, 0))),
        Flatten(),
        Dense(4),
    ],
    "conv_depthwise": lambda: [Conv2D(4, 1), Conv2D(4, 3, groups=4, activation="tanh"), Flatten(), Dense(4)],
    "dense": lambda: [Flatten(), Dense(7, activation="sigmoid"), Dense(5, use_bias=False), Dense(4)],
    "max_pool": lambda: [Conv2D(3, 2), MaxPool2D(3, stride=2, padding=1), Flatten(), Dense(4)],
    "activation_before_max_pool": lambda: [
        Conv2D(3, 2, activation="tanh"),
        MaxPool2D((2, 1)),
        Activation("sigmoid"),
        MaxPool2D(1),
        Flatten(),
        Dense(4),
    ],
    "activation_before_overlapping_max_pool": lambda: [
        Conv2D(3, 2, activation="tanh"),
        MaxPool2D(3, stride=1),
        Flatten(),
        Dense(4),
    ],
    "own_activation_before_max_pool": lambda: [
        Conv2D(3, 2, activation=Square()),
        MaxPool2D(2),
        Residual([Conv2D(3, 1, activation=Square())], activation=Square()),
        Flatten(),
        Dense(4),
    ],
    "average_pool": lambda: [Conv2D(3, 2), AveragePool2D(3, stride=2, padding=1), Flatten(), Dense(4)],
    "global_average_pool": lambda: [Conv2D(5, 3), GlobalAveragePool(), Dense(4)],
    "dropout": lambda: [Conv2D(3, 2), Dropout(0.4), Flatten(), Dense(4)],
    "batch_norm": lambda: [Conv2D(3, 2), BatchNorm(), Activation("tanh"), Flatten(), Dense(4)],
    "batch_norm_then_gelu": lambda: [Conv2D(3, 2), BatchNorm(), Activation("gelu"), Flatten(), Dense(4)],
    "batch_norm_then_own": lambda: [Conv2D(3, 2), BatchNorm(), Activation(Square()), Flatten(), Dense(4)],
    "batch_norm_then_max_pool": lambda: [
        Conv2D(3, 2),
        BatchNorm(),
        Activation("softplus"),
        MaxPool2D(2),
        Flatten(),
        Dense(4),
    ],
    "prelu": lambda: [
        Conv2D(3, 2, activation="prelu"),
        Activation("prelu"),
        Residual([Conv2D(3, 1, activation="prelu")], activation="prelu"),
        MaxPool2D(2),
        Flatten(),
        Dense(5, activation={"name": "prelu", "shared": True}),
        Dense(4),
    ],
    "swish_beta": lambda: [
        Conv2D(3, 2, activation="swish_beta"),
        BatchNorm(),
        Activation({"name": "swish_beta", "shared": True}),
        Flatten(),
        Dense(4),
    ],
    "xielu": lambda: [Conv2D(3, 2, activation="xielu"), Flatten(), Dense(5, activation="xielu"), Dense(4)],
    "rrelu": lambda: [Conv2D(3, 2, activation="rrelu"), Activation("rrelu"), Flatten(), Dense(4)],
    "learned_activation_first": lambda: [Activation("prelu"), Flatten(), Dense(4)],
    "learned_activation_behind_frozen": lambda: [
        Conv2D(3, 2, activation="prelu", trainable=False),
        Activation("swish_beta"),
        Flatten(),
        Dense(4),
    ],
    "maxout": lambda: [Conv2D(6, 2), Maxout(3), Flatten(), Dense(8), Maxout(2), Dense(4)],
    "crelu": lambda: [Conv2D(3, 2), CReLU(), MaxPool2D(2), Flatten(), Dense(5), CReLU(), Dense(4)],
    "glu": lambda: [Conv2D(6, 2), GLU(), Flatten(), Dense(10), GLU("gelu"), Dense(4)],
    "glu_gates": lambda: [
        Conv2D(8, 2),
        Residual([Conv2D(16, 1), GLU("silu")], [GLU("prelu"), Conv2D(8, 1)]),
        GLU(Square()),
        Flatten(),
        Dense(10),
        GLU(None),
        Dense(4),
    ],
    "learned_gate_first": lambda: [GLU("prelu"), Flatten(), Dense(4)],
    "frelu": lambda: [Conv2D(3, 2), FReLU(), Flatten(), Dense(4)],
    "frelu_without_batch_norm": lambda: [
        Conv2D(3, 1),
        Residual([FReLU(5, batch_norm=False), FReLU(1)], activation="tanh"),
        Flatten(),
        Dense(4),
    ],
    "frelu_first": lambda: [FReLU(batch_norm=False), MaxPool2D(2), Flatten(), Dense(4)],
    "scale": lambda: [Flatten(), Dense(6), Scale(-0.3), Dense(4), Scale(2.0)],
    "learned_scale": lambda: [
        LearnedScale(),
        Conv2D(3, 1, activation="tanh"),
        Residual([Conv2D(3, 3, padding=1), LearnedScale()], activation="tanh"),
        Residual([LearnedScale(), Activation("sigmoid")], [LearnedScale()], activation=None),
        Flatten(),
        Dense(4),
    ],
    "batch_norm_dense": lambda: [Flatten(), Dense(6), BatchNorm(), Dense(4)],
    "concatenate": lambda: [
        Conv2D(3, 1),
        Concatenate(
            [
                [Activation("tanh"), Conv2D(2, 3, padding="same", activation="sigmoid")],
                [MaxPool2D(3, stride=1, padding=1)],
                [Concatenate([[Conv2D(1, 1)], [BatchNorm(), Activation("gelu")]])],
            ]
        ),
        Activation("tanh"),
        GlobalAveragePool(),
        Dense(4),
    ],
    "concatenate_first": lambda: [Concatenate([[Conv2D(2, 1)], [Conv2D(3, 1)]]), Flatten(), Dense(4)],
    "residual_identity": lambda: [
        Conv2D(3, 1),
        Residual([Conv2D(3, 3, padding="same"), BatchNorm()], activation="tanh"),
        Flatten(),
        Dense(4),
    ],
    "residual_projection": lambda: [
        Conv2D(3, 1),
        Residual(
            [Conv2D(4, 3, stride=2, padding=1), Activation("gelu"), Conv2D(4, 3, padding=1)],
            [Conv2D(4, 1, stride=2)],
            activation="softplus",
        ),
        GlobalAveragePool(),
        Dense(4),
    ],
    "residual_chain": lambda: [
        Conv2D(3, 1, activation="tanh"),
        Residual([Conv2D(3, 3, padding=1), BatchNorm()], activation="sigmoid"),
        Residual([BatchNorm(), Activation("tanh"), Conv2D(3, 1)], [BatchNorm()], activation="softplus"),
        Residual([Conv2D(3, 1, activation="tanh")], activation="gelu"),
        Residual([Dropout(0.3)], [Conv2D(3, 1)], activation=None),
        MaxPool2D(2),
        Flatten(),
        Dense(4),
    ],
    "residual_nested": lambda: [
        Conv2D(3, 1),
        Residual(
            [Residual([Conv2D(3, 3, padding=1)], activation="tanh"), Activation("sigmoid")], activation=None
        ),
        Residual([Activation("silu")], activation=None),
        Flatten(),
        Dense(4),
    ],
}


def loss_and_gradients(model: Model, x: np.ndarray, labels: np.ndarray, loss: Loss) -> float:
    outputs = model.forward(x, training=True, step=1)
    gradient = model.gradient_buffer(len(x))
    value = loss(outputs, labels, gradient)
    model.backward(gradient)
    return value


def numeric_gradient(model: Model, x: np.ndarray, labels: np.ndarray, loss: Loss, entry: int) -> float:
    values = model.parameters.values
    kept = values[entry]
    found = []
    for shift in (STEP, -STEP):
        values[entry] = kept + shift
        outputs = model.forward(x, training=True, step=1)
        found.append(loss(outputs, labels, np.empty_like(outputs)))
    values[entry] = kept
    return (found[0] - found[1]) / (2 * STEP)


def check_all_gradients(model: Model, loss: Loss) -> None:
    rng = np.random.default_rng(5)
    x = rng.standard_normal((BATCH, *model.input_shape))
    labels = rng.integers(0, model.output_shape[0], BATCH)
    model.parameters.values[...] = rng.standard_normal(model.parameters.values.size) * 0.4
    loss_and_gradients(model, x, labels, loss)
    analytic = model.parameters.gradients.copy()
    numeric = np.array([numeric_gradient(model, x, labels, loss, entry) for entry in range(analytic.size)])
    assert np.abs(analytic).max() > 1e-3, "a gradient of zeros would agree with anything"
    np.testing.assert_allclose(analytic, numeric, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("network", NETWORKS)
def test_gradients_equal_finite_differences(network: str) -> None:
    check_all_gradients(Model(NETWORKS[network](), (6, 5, 2), dtype=np.float64), SoftmaxCrossEntropy())


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(0.2), MeanSquaredError(), MeanSquaredError(0.1)])
def test_gradients_of_losses_equal_finite_differences(loss: Loss) -> None:
    check_all_gradients(Model([Flatten(), Dense(4)], (3, 3, 1), dtype=np.float64), loss)


def test_a_wrong_gradient_is_found() -> None:
    class Wrong(Dense):
        def backward(self, gradient: np.ndarray) -> np.ndarray | None:
            return super().backward(gradient * 1.01)

    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_all_gradients(Model([Flatten(), Wrong(4)], (3, 3, 1), dtype=np.float64), SoftmaxCrossEntropy())


@pytest.mark.parametrize("network", NETWORKS)
def test_float32_agrees_with_float64(network: str) -> None:
    loss = SoftmaxCrossEntropy()
    rng = np.random.default_rng(6)
    labels = rng.integers(0, 4, BATCH)
    gradients = []
    for dtype in (np.float32, np.float64):
        model = Model(NETWORKS[network](), (6, 5, 2), dtype=dtype, seed=3)
        x = np.random.default_rng(7).standard_normal((BATCH, 6, 5, 2)).astype(np.float32).astype(dtype)
        loss_and_gradients(model, x, labels, loss)
        gradients.append(model.parameters.gradients.astype(np.float64))
    # the initial weights of both models differ by the rounding to float32
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=2e-3, atol=2e-5)
