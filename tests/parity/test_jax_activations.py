"""Activations beside jax.nn and keras.activations: values and, by JAX, derivatives."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array
from convlab_plugins.activations import OFFERS

jax = pytest.importorskip("jax", reason="needs JAX, the extra 'golden'")

Function = Callable[[Any], Any]

JAX: dict[str, Function] = {
    "relu6": jax.nn.relu6,
    "leaky_relu": jax.nn.leaky_relu,
    "elu": jax.nn.elu,
    "celu": jax.nn.celu,
    "selu": jax.nn.selu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": jax.nn.gelu,
    "silu": jax.nn.silu,
    "hard_silu": jax.nn.hard_silu,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "hard_tanh": jax.nn.hard_tanh,
    "mish": jax.nn.mish,
    "softplus": jax.nn.softplus,
    "squareplus": jax.nn.squareplus,
    "sparse_plus": jax.nn.sparse_plus,
    "sparse_sigmoid": jax.nn.sparse_sigmoid,
    "log_sigmoid": jax.nn.log_sigmoid,
    "softsign": jax.nn.soft_sign,
}
# name here, and function of keras.activations
KERAS: dict[str, Callable[[Any], Function]] = {
    "hard_silu": lambda activations: activations.hard_silu,
    "hard_sigmoid": lambda activations: activations.hard_sigmoid,
    "squareplus": lambda activations: activations.squareplus,
    "sparse_plus": lambda activations: activations.sparse_plus,
    "sparse_sigmoid": lambda activations: activations.sparse_sigmoid,
    "soft_shrink": lambda activations: activations.soft_shrink,
    "hard_shrink": lambda activations: activations.hard_shrink,
    "tanhshrink": lambda activations: activations.tanh_shrink,
    "threshold": lambda activations: lambda x: activations.threshold(x, 1.0, 0.0),
}
# of all values, in units of the largest
TOLERANCE = {np.float32: 1e-6, np.float64: 1e-13}
# no corner lies on it: frameworks take either side's derivative there, or the mean of both
GRID = np.linspace(-8, 8, 4096)


def expected(function: Function) -> list[Array]:
    """Values and derivatives in float64."""
    with jax.enable_x64(True):
        both = jax.jit(jax.vmap(jax.value_and_grad(function)))(jax.numpy.asarray(GRID))
        return [np.asarray(item) for item in both]


def found(name: str, dtype: Any) -> list[Array]:
    x, activation = GRID.astype(dtype), OFFERS[name]()
    value, derivative = np.empty_like(x), np.empty_like(x)
    activation.value(x, value)
    activation.derivative(x, derivative)
    return [value, derivative]


@pytest.mark.parametrize("name", JAX)
def test_same_as_jax(name: str, deviation: Any) -> None:
    theirs = expected(JAX[name])
    for dtype, tolerance in TOLERANCE.items():
        for what, mine, other in zip(("", "'"), found(name, dtype), theirs, strict=True):
            assert deviation("jax.nn", name + what, mine, other) < tolerance


@pytest.mark.parametrize("name", KERAS)
def test_same_as_keras(name: str, keras: Any, deviation: Any) -> None:
    theirs = expected(KERAS[name](keras.activations))
    for dtype, tolerance in TOLERANCE.items():
        for what, mine, other in zip(("", "'"), found(name, dtype), theirs, strict=True):
            assert deviation("keras", name + what, mine, other) < tolerance
