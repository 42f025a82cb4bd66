"""Every optimizer of the package keeps its state exactly, takes no memory and checks its settings."""

import tracemalloc
from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab.plugin import ParameterBuffers
from convlab_plugins.optimizers import OFFERS

VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((name, {"weight_decay": 0.1}) for name in OFFERS),
    ("rmsprop", {"centered": True, "momentum": 0.5}),
]


@pytest.mark.parametrize(("name", "config"), VARIANTS)
def test_a_step_changes_no_gradient_and_keeps_the_dtype_of_its_state(
    name: str, config: dict[str, Any], make_buffers: Any
) -> None:
    parameters = make_buffers(5, 3, np.float32)
    optimizer = OFFERS[name](parameters, **config)
    parameters.gradients[...] = 1.5
    optimizer.step(optimizer.lr)
    np.testing.assert_array_equal(parameters.gradients, 1.5)
    per_value = [array for array in optimizer.state().values() if array.size >= parameters.values.size]
    assert {array.dtype for array in per_value} <= {np.dtype(np.float32)}


@pytest.mark.parametrize(("name", "config"), VARIANTS)
def test_saved_state_is_all_there_is(name: str, config: dict[str, Any], make_buffers: Any) -> None:
    whole, resumed = make_buffers(5, 3), make_buffers(5, 3)
    first, second = OFFERS[name](whole, **config), OFFERS[name](resumed, **config)
    for _ in range(3):
        whole.gradients[...] = 0.5 - whole.values
        first.step(0.01)
    second.load_state(first.state(), steps=3)
    resumed.values[...] = whole.values
    for parameters, optimizer in ((whole, first), (resumed, second)):
        parameters.gradients[...] = 2.0
        optimizer.step(0.01)
    np.testing.assert_array_equal(whole.values, resumed.values)


@pytest.mark.parametrize(("name", "config"), VARIANTS)
def test_a_step_allocates_nothing_large(name: str, config: dict[str, Any], make_buffers: Any) -> None:
    parameters = make_buffers(200_000, 100_000, np.float32)
    optimizer = OFFERS[name](parameters, **config)
    tracemalloc.start()
    try:
        optimizer.step(optimizer.lr)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000  # the values alone take 1,200,000 bytes


@pytest.mark.parametrize("name", sorted(OFFERS))
def test_a_model_without_trained_parameters_is_no_obstacle(name: str) -> None:
    optimizer = OFFERS[name](ParameterBuffers([]))
    optimizer.step(optimizer.lr)
    assert optimizer.steps == 1


@pytest.mark.parametrize("gradient", [1e30, float("inf"), float("nan")])
@pytest.mark.parametrize(("name", "config"), VARIANTS)
def test_what_diverges_is_left_to_the_training_loop(
    name: str, config: dict[str, Any], gradient: float, make_buffers: Any
) -> None:
    """No warning, which is an error here, and nothing that looks like a number in the place of NaN."""
    parameters = make_buffers(5, 3, np.float32)
    optimizer = OFFERS[name](parameters, **config)
    for _ in range(3):
        parameters.gradients[...] = gradient
        optimizer.step(optimizer.lr)
    if np.isnan(gradient):
        assert np.isnan(parameters.values).all()


OUT_OF_RANGE: list[tuple[str, dict[str, Any], str]] = [
    *((name, {"lr": 0.0}, "lr must be > 0 and finite, got 0.0") for name in OFFERS),
    *((name, {"lr": float("nan")}, "lr must be > 0 and finite, got nan") for name in OFFERS),
    *((name, {"weight_decay": -0.1}, "weight_decay must be >= 0 and finite, got -0.1") for name in OFFERS),
    ("momentum", {"momentum": 1.0}, r"momentum must be in \[0, 1\), got 1.0"),
    ("nesterov", {"momentum": -0.1}, r"momentum must be in \[0, 1\), got -0.1"),
    ("adagrad", {"initial_accumulator": -1.0}, "initial_accumulator must be >= 0 and finite, got -1.0"),
    ("adagrad", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("rmsprop", {"decay": 1.0}, r"decay must be in \[0, 1\), got 1.0"),
    ("rmsprop", {"momentum": 2.0}, r"momentum must be in \[0, 1\), got 2.0"),
    ("rmsprop", {"epsilon": -1e-8}, "epsilon must be > 0 and finite, got -1e-08"),
    ("adam", {"betas": (0.9, 1.0)}, r"betas must be two numbers in \[0, 1\), got \(0.9, 1.0\)"),
    ("adamw", {"betas": (0.9,)}, r"betas must be two numbers in \[0, 1\), got \(0.9,\)"),
    ("adamw", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("sgdw", {"momentum": 1.0}, r"momentum must be in \[0, 1\), got 1.0"),
    ("adadelta", {"decay": 1.0}, r"decay must be in \[0, 1\), got 1.0"),
    ("adadelta", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("adamax", {"betas": (0.9, 1.0)}, r"betas must be two numbers in \[0, 1\), got \(0.9, 1.0\)"),
    ("adamax", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("amsgrad", {"betas": (-0.1, 0.9)}, r"betas must be two numbers in \[0, 1\), got \(-0.1, 0.9\)"),
    ("nadam", {"momentum_decay": -1.0}, "momentum_decay must be >= 0 and finite, got -1.0"),
    ("radam", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("adabelief", {"betas": (0.9, 1.0)}, r"betas must be two numbers in \[0, 1\), got \(0.9, 1.0\)"),
    ("yogi", {"initial_accumulator": -1.0}, "initial_accumulator must be >= 0 and finite, got -1.0"),
    ("signum", {"momentum": 1.0}, r"momentum must be in \[0, 1\), got 1.0"),
    ("lion", {"betas": (0.9, -0.1)}, r"betas must be two numbers in \[0, 1\), got \(0.9, -0.1\)"),
    ("adan", {"betas": (0.9, 0.9)}, r"betas must be three numbers in \[0, 1\), got \(0.9, 0.9\)"),
    ("adopt", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("ademamix", {"alpha": -1.0}, "alpha must be >= 0 and finite, got -1.0"),
    ("ademamix", {"warmup": -1}, "warmup must be >= 0 and finite, got -1"),
    (
        "ademamix",
        {"betas": (0.0, 0.9, 0.99), "warmup": 5},
        r"betas must be > 0 at both ends for a warm-up, got \(0.0, 0.9, 0.99\)",
    ),
    ("asgd", {"shrinkage": -1.0}, "shrinkage must be >= 0 and finite, got -1.0"),
    ("asgd", {"power": -1.0}, "power must be >= 0 and finite, got -1.0"),
    ("asgd", {"average_from": -1}, "average_from must be >= 0 and finite, got -1"),
    (
        "rprop",
        {"factors": (0.5, 1.0)},
        r"factors must be one number in \(0, 1\) and one > 1, got \(0.5, 1.0\)",
    ),
    (
        "rprop",
        {"limits": (2.0, 1.0)},
        r"limits must be two numbers, 0 < smallest <= largest, got \(2.0, 1.0\)",
    ),
    ("lars", {"trust": 0.0}, "trust must be > 0 and finite, got 0.0"),
    ("lars", {"momentum": 1.0}, r"momentum must be in \[0, 1\), got 1.0"),
    ("lamb", {"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
    ("novograd", {"betas": (0.9, 1.0)}, r"betas must be two numbers in \[0, 1\), got \(0.9, 1.0\)"),
    ("madgrad", {"momentum": 1.0}, r"momentum must be in \[0, 1\), got 1.0"),
    ("adafactor", {"decay_power": 0.0}, "decay_power must be > 0 and finite, got 0.0"),
    ("adafactor", {"clip": 0.0}, "clip must be > 0 and finite, got 0.0"),
    ("adafactor", {"least_scale": 0.0}, "least_scale must be > 0 and finite, got 0.0"),
    ("dog", {"initial_distance": 0.0}, "initial_distance must be > 0 and finite, got 0.0"),
    ("d_adaptation", {"growth": 1.0}, "growth must be > 1, got 1.0"),
    ("prodigy", {"factor": 0.0}, "factor must be > 0 and finite, got 0.0"),
    ("prodigy", {"growth": float("nan")}, "growth must be > 1, got nan"),
]


@pytest.mark.parametrize(("name", "config", "message"), OUT_OF_RANGE)
def test_settings_out_of_range_are_refused(
    name: str, config: dict[str, Any], message: str, make_buffers: Any
) -> None:
    with pytest.raises(ConfigError, match=f"^optimizer '{name}': {message}$"):
        OFFERS[name](make_buffers(), **config)
