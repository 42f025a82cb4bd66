"""Schedules beside Optax's and Keras's, at every step of 120."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array
from convlab_plugins.schedules import OFFERS

jax = pytest.importorskip("jax", reason="needs JAX, the extra 'golden'")
optax = pytest.importorskip("optax", reason="needs Optax, the extra 'golden'")

TOTAL = 120
# Keras takes pi in float32
OPTAX_TOLERANCE, KERAS_TOLERANCE = 1e-14, 1e-6

# name and settings here, and the same in Optax with a base rate of 1
OPTAX: list[tuple[str, dict[str, Any], Callable[[Any], Any]]] = [
    ("cosine", {"final": 0.1}, optax.cosine_decay_schedule(1.0, TOTAL, 0.1)),
    (
        "cosine",
        {"warmup": 19, "final": 0.1},
        optax.warmup_cosine_decay_schedule(1 / 20, 1.0, 19, TOTAL, 0.1),
    ),
    (
        "warm_restarts",
        {"cycles": 3, "growth": 1.0, "final": 0.2},
        optax.sgdr_schedule(
            [
                {
                    "init_value": 1.0,
                    "peak_value": 1.0,
                    "warmup_steps": 0,
                    "decay_steps": TOTAL // 3,
                    "end_value": 0.2,
                }
            ]
            * 3
        ),
    ),
    ("linear", {"final": 0.1}, optax.linear_schedule(1.0, 0.1, TOTAL)),
    ("polynomial", {"power": 0.9, "final": 0.1}, optax.polynomial_schedule(1.0, 0.1, 0.9, TOTAL)),
    ("exponential", {"final": 0.01}, optax.exponential_decay(1.0, TOTAL, 0.01)),
    (
        "step",
        {"gamma": 0.3, "every": 25},
        optax.exponential_decay(1.0, 25, 0.3, staircase=True),
    ),
    (
        "multistep",
        {"milestones": (30, 60, 90), "gammas": (0.3, 2.0, 0.1)},
        optax.piecewise_constant_schedule(1.0, {30: 0.3, 60: 2.0, 90: 0.1}),
    ),
]
# name and settings here, and the same of keras.optimizers.schedules
KERAS: list[tuple[str, dict[str, Any], Callable[[Any], Any]]] = [
    ("cosine", {"final": 0.1}, lambda schedules: schedules.CosineDecay(1.0, TOTAL, 0.1)),
    (
        "warm_restarts",
        {"cycles": 4, "growth": 2.0, "final": 0.05},
        lambda schedules: schedules.CosineDecayRestarts(1.0, TOTAL // 15, 2.0, 1.0, 0.05),
    ),
    (
        "polynomial",
        {"power": 2.0, "final": 0.1},
        lambda schedules: schedules.PolynomialDecay(1.0, TOTAL, 0.1, 2.0),
    ),
    ("exponential", {"final": 0.01}, lambda schedules: schedules.ExponentialDecay(1.0, TOTAL, 0.01)),
    (
        "inverse_time",
        {"decay": 5.0},
        lambda schedules: schedules.InverseTimeDecay(1.0, TOTAL, 5.0),
    ),
]


def factors(name: str, settings: dict[str, Any]) -> Array:
    return np.array([OFFERS[name](step, TOTAL, **settings) for step in range(TOTAL)])


def at_all_steps(schedule: Callable[[Any], Any]) -> Array:
    with jax.enable_x64(True):
        return np.asarray(jax.jit(jax.vmap(schedule))(jax.numpy.arange(TOTAL)), np.float64)


@pytest.mark.parametrize(("name", "settings", "schedule"), OPTAX)
def test_same_factors_as_optax(name: str, settings: Any, schedule: Any, deviation: Any) -> None:
    assert (
        deviation("optax", f"schedule {name}", factors(name, settings), at_all_steps(schedule))
        < OPTAX_TOLERANCE
    )


@pytest.mark.parametrize(("name", "settings", "make"), KERAS)
def test_same_factors_as_keras(name: str, settings: Any, make: Any, keras: Any, deviation: Any) -> None:
    theirs = at_all_steps(make(keras.optimizers.schedules))
    assert deviation("keras", f"schedule {name}", factors(name, settings), theirs) < KERAS_TOLERANCE
