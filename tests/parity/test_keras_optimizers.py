"""Keras's optimizers: the same values after 100 steps, and where they depart, as docstrings say."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array, Parameter, ParameterBuffers
from convlab_plugins.optimizers import convlab_optimizers

jax = pytest.importorskip("jax", reason="needs JAX, the extra 'golden'")

STEPS, WEIGHTS, BIASES = 100, 60, 6
# relative to the largest value, what 100 steps of rounding may add up to
TOLERANCE = {np.float32: 3e-6, np.float64: 2e-14}
TINY = 1e-30

Make = Callable[[Any], Any]
# name and settings here, and the same in Keras
CASES: dict[str, tuple[str, dict[str, Any], Make]] = {
    "momentum": (
        "momentum",
        {"lr": 0.05, "momentum": 0.8},
        lambda optimizers: optimizers.SGD(0.05, momentum=0.8),
    ),
    "nesterov": (
        "nesterov",
        {"lr": 0.05, "momentum": 0.8},
        lambda optimizers: optimizers.SGD(0.05, momentum=0.8, nesterov=True),
    ),
    # sqrt(s + epsilon) is the root of sums that begin epsilon higher
    "adagrad, epsilon in its place": (
        "adagrad",
        {"lr": 0.05, "initial_accumulator": 0.1 + 1e-2, "epsilon": TINY},
        lambda optimizers: optimizers.Adagrad(0.05, epsilon=1e-2),
    ),
    "rmsprop": (
        "rmsprop",
        {"lr": 0.01, "epsilon": TINY},
        lambda optimizers: optimizers.RMSprop(0.01, epsilon=TINY),
    ),
    "rmsprop with momentum": (
        "rmsprop",
        {"lr": 0.01, "momentum": 0.5, "epsilon": TINY},
        lambda optimizers: optimizers.RMSprop(0.01, momentum=0.5, epsilon=TINY),
    ),
    "adadelta": (
        "adadelta",
        {"lr": 0.5, "decay": 0.95, "epsilon": 1e-3},
        lambda optimizers: optimizers.Adadelta(0.5, epsilon=1e-3),
    ),
    "adam": ("adam", {"lr": 0.01, "epsilon": TINY}, lambda optimizers: optimizers.Adam(0.01, epsilon=TINY)),
    "adamw": (
        "adamw",
        {"lr": 0.01, "epsilon": TINY, "weight_decay": 0.1},
        lambda optimizers: optimizers.AdamW(0.01, epsilon=TINY, weight_decay=0.1),
    ),
    "adamax": (
        "adamax",
        {"lr": 0.01, "epsilon": TINY},
        lambda optimizers: optimizers.Adamax(0.01, epsilon=TINY),
    ),
    "nadam": (
        "nadam",
        {"lr": 0.01, "momentum_decay": 1.0},
        lambda optimizers: optimizers.Nadam(0.01, epsilon=1e-8),
    ),
    "lion": (
        "lion",
        {"lr": 0.01, "weight_decay": 0.1},
        lambda optimizers: optimizers.Lion(0.01, weight_decay=0.1),
    ),
    "schedule_free_adamw": (
        "schedule_free_adamw",
        {"lr": 0.01},
        lambda optimizers: optimizers.ScheduleFreeAdamW(0.01),
    ),
}
# settings at which Keras's other place of epsilon shows
ELSEWHERE: dict[str, tuple[dict[str, Any], Make]] = {
    "adagrad": (
        {"lr": 0.05, "epsilon": 0.1, "initial_accumulator": 0.1},
        lambda optimizers: optimizers.Adagrad(0.05, epsilon=0.1),
    ),
    "rmsprop": ({"lr": 0.01, "epsilon": 0.1}, lambda optimizers: optimizers.RMSprop(0.01, epsilon=0.1)),
    "adam": ({"lr": 0.01, "epsilon": 0.1}, lambda optimizers: optimizers.Adam(0.01, epsilon=0.1)),
    "adamax": ({"lr": 0.01, "epsilon": 2.0}, lambda optimizers: optimizers.Adamax(0.01, epsilon=2.0)),
}


def start() -> Array:
    return np.random.default_rng(0).standard_normal(WEIGHTS + BIASES).astype(np.float32)


def gradients() -> Array:
    """Noise, exact in float32."""
    return np.random.default_rng(1).standard_normal((STEPS, WEIGHTS + BIASES)).astype(np.float32)


def ours(name: str, dtype: Any, **config: Any) -> Array:
    weight = Parameter("dense1.weight", "dense_weight", (1, WEIGHTS))
    buffers = ParameterBuffers([weight, Parameter("dense1.bias", "bias", (BIASES,))], dtype)
    buffers.values[...] = start()
    optimizer = convlab_optimizers()[name](buffers, **config)
    for gradient in gradients():
        buffers.gradients[...] = gradient
        optimizer.step(optimizer.lr)
    return buffers.values


def theirs(keras: Any, make: Make) -> Array:
    """In float64, along all gradients in one compiled loop."""
    with jax.enable_x64(True):
        first = start()
        variables = [keras.Variable(part, dtype="float64") for part in (first[:WEIGHTS], first[WEIGHTS:])]
        optimizer = make(keras.optimizers)
        optimizer.exclude_from_weight_decay(var_list=variables[1:])
        optimizer.build(variables)
        along = gradients().astype(np.float64)

        def step(carried: Any, gradient: tuple[Any, Any]) -> tuple[Any, None]:
            values, state = carried
            return optimizer.stateless_apply(state, list(gradient), values), None

        begin = [item.value for item in variables], [item.value for item in optimizer.variables]
        loop = jax.jit(lambda begin, along: jax.lax.scan(step, begin, along)[0][0])
        return np.concatenate(
            [np.asarray(item) for item in loop(begin, (along[:, :WEIGHTS], along[:, WEIGHTS:]))]
        )


@pytest.mark.parametrize("case", CASES)
def test_same_values_as_keras(case: str, keras: Any, deviation: Any) -> None:
    name, config, make = CASES[case]
    expected = theirs(keras, make)
    for dtype, tolerance in TOLERANCE.items():
        assert deviation("keras", case, ours(name, dtype, **config), expected) < tolerance


@pytest.mark.parametrize("name", ELSEWHERE)
def test_keras_has_epsilon_elsewhere(name: str, keras: Any) -> None:
    config, make = ELSEWHERE[name]
    found, expected = ours(name, np.float64, **config), theirs(keras, make)
    assert np.abs(found - expected).max() > 1e-4
