"""K-FAC's estimates, through the engine's seam, and its step, against the formulas in plain float64."""

from typing import Any

import numpy as np
import pytest

from convlab.batch_closure import BatchClosure
from convlab.errors import ConfigError
from convlab.layers import Conv2D, Dense, Flatten
from convlab.losses import SoftmaxCrossEntropy
from convlab.model import Model
from convlab.plugin import ParameterBuffers
from convlab_plugins.optimizers.matrices.kfac import KFAC

IMAGES, RATE, DAMPING = 6, 0.2, 0.05


def network(padding: str = "same", stride: int = 1, use_bias: bool = True) -> Model:
    filters = Conv2D(4, 3, padding=padding, stride=stride, activation="tanh", use_bias=use_bias)
    layers = [filters, Flatten(), Dense(3)]
    return Model(layers, (5, 5, 2), dtype=np.float64)


def closure_of(model: Model) -> BatchClosure:
    rng = np.random.default_rng(0)
    inputs, labels = rng.standard_normal((IMAGES, 5, 5, 2)), rng.integers(0, 3, IMAGES)
    return BatchClosure(model, SoftmaxCrossEntropy(), inputs, labels, step=0, seed=0)


@pytest.mark.parametrize(("padding", "stride"), [("same", 1), ("valid", 1), ("same", 2)])
def test_what_a_layer_shows_makes_its_gradient(padding: str, stride: int) -> None:
    """sum over images and places of s a^T is the gradient of the weights."""
    model, seen = network(padding, stride), {}

    def look(name: str, windows: np.ndarray, gradients: np.ndarray) -> None:
        seen[name] = np.einsum("ntk,ntc->kc", gradients, windows)

    closure_of(model).with_sampled_labels(look)
    by_name = {item.name: item.gradient for item in model.parameters}
    assert list(seen) == ["dense1.weight", "conv1.weight"]
    for name, product in seen.items():
        np.testing.assert_allclose(product.reshape(by_name[name].shape), by_name[name], atol=1e-12)
    assert all(getattr(layer, "look", None) is None for layer in model.walk())


def test_layers_with_groups_show_nothing() -> None:
    layers = [Conv2D(4, 3, groups=2, activation="tanh"), Flatten(), Dense(3)]
    model, seen = Model(layers, (5, 5, 2), dtype=np.float64), []
    closure_of(model).with_sampled_labels(lambda name, windows, gradients: seen.append(name))
    assert seen == ["dense1.weight"]


@pytest.mark.parametrize("use_bias", [True, False])
def test_the_first_step_is_the_damped_natural_gradient(use_bias: bool) -> None:
    """Of weights and bias together: the bias multiplies a 1 that stands behind what the weights multiply."""
    model = network(use_bias=use_bias)
    closure, shown = closure_of(model), {}
    closure.with_sampled_labels(
        lambda name, windows, gradients: shown.update({name: (windows.copy(), gradients.copy())})
    )
    closure()
    before = {item.name: (item.value.copy(), item.gradient.copy()) for item in model.parameters}
    optimizer = KFAC(model.parameters, lr=RATE, damping=DAMPING, clip=1e9)
    optimizer.step(RATE, closure)
    after = {item.name: item.value for item in model.parameters}
    assert set(shown) == {"conv1.weight", "dense1.weight"}
    for name, (windows, gradients) in shown.items():
        bias, places = name.replace("weight", "bias"), windows.shape[1]
        value, gradient = (array.reshape(len(array), -1) for array in before[name])
        if bias in before:
            windows = np.concatenate([windows, np.ones((IMAGES, places, 1))], axis=2)
            value, gradient = (
                np.column_stack([of_weight, of_bias])
                for of_weight, of_bias in zip((value, gradient), before[bias], strict=True)
            )
        inputs = sum(a.T @ a for a in windows) / IMAGES
        outputs = sum((IMAGES * s).T @ (IMAGES * s) for s in gradients) / (IMAGES * places)
        pi = np.sqrt((np.trace(inputs) / len(inputs)) / (np.trace(outputs) / len(outputs)))
        left = np.linalg.inv(outputs + np.sqrt(DAMPING) / pi * np.eye(len(outputs)))
        right = np.linalg.inv(inputs + np.sqrt(DAMPING) * pi * np.eye(len(inputs)))
        expected = value - RATE * left @ gradient @ right
        weight = after[name].reshape(len(expected), -1)
        np.testing.assert_allclose(weight, expected[:, : weight.shape[1]], rtol=1e-5, atol=1e-8)
        if bias in before:
            np.testing.assert_allclose(after[bias], expected[:, -1], rtol=1e-5, atol=1e-8)
    assert ("conv1.bias" in before) is use_bias


def test_the_rest_is_left_to_the_other_optimizer_and_biases_do_not_decay() -> None:
    """With gradients of 0 all that moves a value is decay; the classifier's bias follows its weights."""
    model = network()
    model.parameters.gradients[...] = 0
    model.parameters.values[...] = 1
    closure = closure_of(model)
    KFAC(model.parameters, weight_decay=0.5, lr=RATE, matrices="body").step(RATE, closure)
    moved = {item.name: float(item.value.flat[0]) for item in model.parameters}
    assert moved["conv1.weight"] == pytest.approx(1 - RATE * 0.5)
    assert moved["conv1.bias"] == 1.0
    again = KFAC(model.parameters, matrices="body")
    assert set(again.biases) == {"conv1.weight"}
    in_rest = [item.name for name, part in again.parts.items() if "rest" in name for item in part.parameters]
    assert in_rest == ["dense1.weight", "dense1.bias"]


def test_the_bound_holds_the_predicted_way() -> None:
    model = network()
    closure = closure_of(model)
    closure()
    before, clip = model.parameters.values.copy(), 1e-6
    gradients = model.parameters.gradients.copy()
    optimizer = KFAC(model.parameters, lr=RATE, clip=clip, rest={"name": "sgd", "lr": 1e-12})
    optimizer.step(RATE, closure)
    whole = (before - model.parameters.values) / RATE
    free = network()
    again = closure_of(free)
    again()
    KFAC(free.parameters, lr=RATE, clip=1e9, rest={"name": "sgd", "lr": 1e-12}).step(RATE, again)
    direction = (before - free.parameters.values) / RATE
    predicted = RATE**2 * float((direction * gradients).sum())
    np.testing.assert_allclose(whole, direction * np.sqrt(clip / predicted), rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"momentum": 1.0}, r"momentum must be in \[0, 1\), got 1.0"),
        ({"keep": 1.0}, r"keep must be in \[0, 1\), got 1.0"),
        ({"damping": 0.0}, "damping must be > 0 and finite, got 0.0"),
        ({"clip": 0.0}, "clip must be > 0 and finite, got 0.0"),
        ({"every": 0}, "every must be >= 1, got 0"),
        ({"largest_side": 0}, "largest_side must be >= 1, got 0"),
    ],
)
def test_settings_out_of_range_are_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^optimizer 'kfac': {message}$"):
        KFAC(ParameterBuffers([]), **config)
