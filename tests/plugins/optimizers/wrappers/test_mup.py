"""Every layer has the rate of the paper's table, and wide networks then move as far as narrow ones."""

from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab.plugin import InitializerSpec, Parameter, ParameterBuffers
from convlab.registry import registry
from convlab_plugins.optimizers.wrappers.mup import MuP

INPUTS, CLASSES, BASE = 8, 4, 32
NARROW, WIDE = 4 * BASE, 32 * BASE


def network(width: int, initializer: str = "mup") -> ParameterBuffers:
    """Three dense layers and a bias in each."""
    shapes = [(width, INPUTS), (width, width), (CLASSES, width)]
    weights = [
        Parameter(f"dense{number}.weight", "dense_weight", shape) for number, shape in enumerate(shapes, 1)
    ]
    biases = [Parameter(f"dense{number}.bias", "bias", shape[:1]) for number, shape in enumerate(shapes, 1)]
    made = ParameterBuffers([*weights, *biases], np.float64)
    rng = np.random.default_rng(0)
    settings = {"name": initializer, **({"base": BASE} if initializer == "mup" else {})}
    initializer_function = registry().bind("initializer", settings).build
    for index, weight in enumerate(weights):
        spec = InitializerSpec(weight.shape, "dense_weight", weight.name, layer_index=index, depth=3)
        weight.value[...] = initializer_function(spec, rng)
    return made


@pytest.mark.parametrize(
    ("rule", "first", "hidden", "last"), [("adam", 1, 1 / 4, 1 / 4), ("sgd", 4, 1, 1 / 4)]
)
def test_the_rates_are_those_of_the_table(rule: str, first: float, hidden: float, last: float) -> None:
    optimizer = MuP(network(4 * BASE), base=BASE, rule=rule, inner="sgd", lr=1.0)
    rates = {item.name: part.lr for part in optimizer.parts.values() for item in part.parameters.trained}
    assert rates["dense1.weight"] == rates["dense1.bias"] == rates["dense3.bias"] == first
    assert rates["dense2.weight"] == hidden
    assert rates["dense3.weight"] == last
    assert optimizer.lr == 1.0


def test_a_network_as_wide_as_the_tuned_one_is_trained_as_by_the_inner_optimizer() -> None:
    ends = []
    for choice in ({"name": "mup", "base": BASE, "inner": "adam"}, {"name": "adam"}):
        parameters = network(BASE)
        optimizer = registry().build("optimizer", choice, parameters)
        for _ in range(3):
            parameters.gradients[...] = np.sin(np.arange(parameters.gradients.size))
            optimizer.step(optimizer.lr)
        ends.append(parameters.values.copy())
    np.testing.assert_allclose(*ends, rtol=1e-12)


def moved(width: int, initializer: str, choice: dict[str, Any]) -> float:
    """How far the outputs of a linear network go in three steps towards random targets."""
    parameters = network(width, initializer)
    optimizer = registry().build("optimizer", choice, parameters)
    rng = np.random.default_rng(1)
    x, target = rng.standard_normal((64, INPUTS)), rng.standard_normal((64, CLASSES))
    w1, w2, w3, *_ = parameters
    before = x @ w1.value.T @ w2.value.T @ w3.value.T
    for _ in range(3):
        h1 = x @ w1.value.T
        h2 = h1 @ w2.value.T
        error = (h2 @ w3.value.T - target) / len(x)
        parameters.gradients[...] = 0
        w3.gradient[...] = error.T @ h2
        w2.gradient[...] = (error @ w3.value).T @ h1
        w1.gradient[...] = (error @ w3.value @ w2.value).T @ x
        optimizer.step(optimizer.lr)
    after = x @ w1.value.T @ w2.value.T @ w3.value.T
    return float(np.sqrt(np.mean((after - before) ** 2)))


@pytest.mark.parametrize(("rule", "rate"), [("adam", 1e-2), ("sgd", 1e-2)])
def test_wide_networks_move_as_far_as_narrow_ones(rule: str, rate: float) -> None:
    with_rates = {"name": "mup", "base": BASE, "rule": rule, "inner": rule, "lr": rate}
    assert 0.5 < moved(WIDE, "mup", with_rates) / moved(NARROW, "mup", with_rates) < 2
    plain = {"name": rule, "lr": rate}
    assert moved(WIDE, "he_normal", plain) / moved(NARROW, "he_normal", plain) > 3


def test_a_network_without_weights_has_vectors_only() -> None:
    scale = Parameter("norm1.scale", "scale", (4,))
    optimizer = MuP(ParameterBuffers([scale]), lr=0.5)
    assert [part.lr for part in optimizer.parts.values() if len(part.parameters)] == [0.5]


@pytest.mark.parametrize("settings", [{"base": 0}, {"rule": "rmsprop"}, {"lr": 0.0}])
def test_a_setting_out_of_range_is_named(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"optimizer 'mup': .*" + next(iter(settings))):
        MuP(network(BASE), **settings)
