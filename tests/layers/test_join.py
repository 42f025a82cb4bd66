"""Layers that share work give what they give apart, to the last bit."""

from collections.abc import Callable

import numpy as np
import pytest

from convlab import kernels
from convlab.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten, Layer, MaxPool2D, Residual
from convlab.model import Model

BATCH = 5


def apart() -> Layer:
    """A layer that changes nothing and joins nobody."""
    return Dropout(0.0)


# name -> layers, with what is put between them: nothing, or a layer that keeps them apart
NETWORKS: dict[str, Callable[[Callable[[], list[Layer]]], list[Layer]]] = {
    "relu_then_max_pool": lambda gap: [Conv2D(8, 3, activation="relu"), *gap(), MaxPool2D(2)],
    "tanh_then_max_pool": lambda gap: [Conv2D(8, 3, activation="tanh"), *gap(), MaxPool2D(2, stride=3)],
    "overlapping_max_pool": lambda gap: [Conv2D(8, 3, activation="tanh"), *gap(), MaxPool2D(3, stride=2)],
    "batch_norm_then_relu": lambda gap: [Conv2D(8, 3), BatchNorm(), *gap(), Activation("relu")],
    "batch_norm_then_gelu": lambda gap: [Conv2D(8, 3), BatchNorm(), *gap(), Activation("gelu")],
    "batch_norm_then_max_pool": lambda gap: [
        Conv2D(8, 3),
        BatchNorm(),
        *gap(),
        Activation("relu"),
        *gap(),
        MaxPool2D(2),
    ],
    "residual_blocks": lambda gap: [
        Conv2D(8, 3, activation="relu"),
        *gap(),
        Residual([Conv2D(8, 3, padding=1), BatchNorm(), *gap()], activation="relu"),
        *gap(),
        Residual(
            [BatchNorm(), *gap(), Activation("relu"), Conv2D(6, 1), *gap()],
            [Conv2D(6, 1), BatchNorm()],
            activation="relu",
        ),
    ],
}


def train_and_infer(layers: list[Layer]) -> list[np.ndarray]:
    """Output and gradients of a step, running statistics, and the output in inference."""
    model = Model([*layers, Flatten(), Dense(4)], (11, 9, 3), seed=1)
    rng = np.random.default_rng(2)
    x = rng.standard_normal((BATCH, 11, 9, 3)).astype(np.float32)
    model.plan(BATCH + 2)
    output = model.forward(x, training=True).copy()
    model.backward(rng.standard_normal(output.shape).astype(np.float32))
    gradients = model.parameters.gradients.copy()
    statistics = [array for layer in model.walk() for array in layer.state().values()]
    return [output, gradients, *statistics, model.forward(x)]


@pytest.mark.parametrize("network", NETWORKS)
def test_joined_layers_give_the_bits_of_separate_ones(network: str) -> None:
    together = train_and_infer(NETWORKS[network](list))
    separate = train_and_infer(NETWORKS[network](lambda: [apart()]))
    for left, right in zip(together, separate, strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_number_of_threads_changes_no_bit(network: str) -> None:
    results = set()
    for threads in (1, 3):
        with kernels.use_threads(threads):
            results.add(b"".join(array.tobytes() for array in train_and_infer(NETWORKS[network](list))))
    assert len(results) == 1


def test_joining_really_happens() -> None:
    pooled, normalized = NETWORKS["relu_then_max_pool"](list), NETWORKS["batch_norm_then_relu"](list)
    train_and_infer(pooled)
    train_and_infer(normalized)
    activation = pooled[0].ending()
    assert activation is not None
    assert not activation.changes_gradient
    assert normalized[-1].ending() is None
