"""Every role has its own optimizer, which steps as if the others were not there."""

from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError, UnknownPluginError
from convlab.plugin import Optimizer, Parameter, ParameterBuffers
from convlab.registry import registry
from convlab_plugins.optimizers.wrappers.by_role import ByRole

FILTERS: dict[str, Any] = {"name": "momentum", "lr": 0.1}
DENSE: dict[str, Any] = {"name": "sgd", "lr": 0.3, "weight_decay": 0.1}
REST: dict[str, Any] = {"name": "adam", "lr": 0.02}


def network() -> ParameterBuffers:
    """A dense layer between two convolutions, so that the filters lie in two stretches."""
    made = ParameterBuffers(
        [
            Parameter("conv1.weight", "conv_weight", (2, 1, 1, 3)),
            Parameter("dense1.weight", "dense_weight", (2, 4)),
            Parameter("conv2.weight", "conv_weight", (3, 1, 1, 2)),
            Parameter("conv2.bias", "bias", (3,)),
            Parameter("norm1.scale", "scale", (3,)),
        ],
        np.float64,
    )
    made.values[...] = np.random.default_rng(0).standard_normal(made.values.size)
    return made


def trained(make: Any, factor: float = 1.0) -> tuple[ParameterBuffers, Optimizer]:
    parameters = network()
    optimizer: Optimizer = make(parameters)
    rng = np.random.default_rng(1)
    for _ in range(5):
        parameters.gradients[...] = rng.standard_normal(parameters.gradients.size)
        optimizer.step(optimizer.lr * factor)
    return parameters, optimizer


@pytest.mark.parametrize("dense", [None, DENSE])
@pytest.mark.parametrize("factor", [1.0, 0.37])
def test_every_role_ends_where_its_optimizer_takes_it(dense: Any, factor: float) -> None:
    together, _ = trained(lambda it: ByRole(it, filters=FILTERS, dense=dense, rest=REST), factor)
    for choice, roles in (
        (FILTERS, {"conv_weight"}),
        (dense or REST, {"dense_weight"}),
        (REST, {"bias", "scale"}),
    ):
        alone, _ = trained(lambda it, choice=choice: registry().build("optimizer", choice, it), factor)
        for found, expected in zip(together, alone, strict=True):
            if found.role in roles:
                np.testing.assert_allclose(found.value, expected.value, rtol=1e-13)


def test_the_rate_is_that_of_the_filters() -> None:
    assert ByRole(network(), filters=FILTERS).lr == 0.1
    assert ByRole(network(), filters="sgd", lr=0.7).parts["filters1"].lr == 0.7


def test_state_is_named_by_part_and_comes_back() -> None:
    def make(it: ParameterBuffers) -> ByRole:
        return ByRole(it, filters=FILTERS, dense=DENSE, rest=REST)

    whole, first = trained(make)
    assert set(first.state()) == {"filters1.velocity", "filters2.velocity", "rest.mean", "rest.mean_square"}
    resumed = network()
    second = make(resumed)
    second.load_state(first.state(), first.steps)
    resumed.values[...] = whole.values
    for parameters, optimizer in ((whole, first), (resumed, second)):
        parameters.gradients[...] = 2.0
        optimizer.step(optimizer.lr)
    np.testing.assert_array_equal(whole.values, resumed.values)


def test_without_filters_all_is_the_rest() -> None:
    parameters = ParameterBuffers([Parameter("dense1.weight", "dense_weight", (1, 1))], np.float64)
    optimizer = ByRole(parameters, filters=FILTERS, rest={"name": "sgd", "lr": 0.3})
    parameters.gradients[...] = 1.0
    optimizer.step(optimizer.lr)
    assert parameters.values.tolist() == pytest.approx([-0.3])


def test_mistakes_in_a_part_are_named() -> None:
    with pytest.raises(UnknownPluginError, match="no optimizer named 'addam'; did you mean 'adam'"):
        ByRole(network(), rest="addam")
    with pytest.raises(ConfigError, match="optimizer 'sgd' has no field 'momentum'"):
        ByRole(network(), rest={"name": "sgd", "momentum": 0.9})
    with pytest.raises(ConfigError, match="^optimizer 'by_role': lr must be > 0 and finite, got 0.0$"):
        ByRole(network(), lr=0.0)
