"""What the probe measures is what a direct computation gives."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.plugin import ActivationLayer, Conv2D, Dense, Flatten, ProbeContext
from convlab_plugins.probes.layer_health import LayerHealth

MakeContext = Callable[..., ProbeContext]
QUANTITIES = {
    "forward_variance",
    "backward_variance",
    "dead_share",
    "saturated_share",
    "gradient_to_weight",
    "weight_norm",
}
THEORY = "predicted_forward_variance"


def health(context: ProbeContext) -> dict[str, float]:
    return {key: float(value) for key, value in LayerHealth().look(context).items()}


def quantities(found: dict[str, float], layer: str) -> set[str]:
    return {key.partition("/")[2] for key in found if key.startswith(f"{layer}/")}


def test_a_layer_has_the_quantities_that_apply_to_it(make_context: MakeContext) -> None:
    found = health(make_context())
    assert quantities(found, "conv1") == QUANTITIES | {THEORY}
    assert quantities(found, "dense1") == QUANTITIES - {"dead_share", "saturated_share"} | {THEORY}
    without_weights = QUANTITIES - {"weight_norm", "gradient_to_weight"} | {THEORY}
    assert quantities(found, "alone") == quantities(found, "block") == without_weights
    assert quantities(found, "frozen") == {"forward_variance", "weight_norm", THEORY}
    assert quantities(found, "batch_norm1") == set()


def test_theory_speaks_before_training_only(make_context: MakeContext) -> None:
    found = health(make_context(epoch=1))
    assert not [key for key in found if key.endswith(THEORY)]
    assert quantities(found, "conv1") == QUANTITIES


def test_variances_norms_and_ratios(make_context: MakeContext) -> None:
    context = make_context()
    found, activity = health(context), context.sample.layers["conv1"]
    weight = activity.parameters["weight"]
    assert found["conv1/forward_variance"] == pytest.approx(np.var(activity.before.astype(float)))
    assert activity.gradient is not None
    assert found["conv1/backward_variance"] == pytest.approx(np.var(activity.gradient.astype(float)))
    assert found["conv1/weight_norm"] == pytest.approx(np.linalg.norm(weight.value), rel=1e-6)
    ratio = np.linalg.norm(weight.gradient) / np.linalg.norm(weight.value)
    assert found["conv1/gradient_to_weight"] == pytest.approx(ratio, rel=1e-5)


def test_dead_filters_are_counted(make_context: MakeContext) -> None:
    context = make_context()
    bias = next(item for item in context.model.parameters if item.name == "conv1.bias")
    bias.value[:3] = -1000.0
    found = health(context)
    assert found["conv1/dead_share"] == 3 / 10
    assert 0.3 < found["conv1/saturated_share"] < 1
    bias.value[:] = 1000.0
    found = health(make_context())
    assert found["conv1/dead_share"] == 0


@pytest.mark.parametrize(
    ("activation", "bias", "share"),
    [("sigmoid", 10.0, 1.0), ("sigmoid", 0.0, 0.0), ("relu", 10.0, 0.0), ("relu", -10.0, 1.0)],
)
def test_saturation_is_a_flat_slope(
    activation: str, bias: float, share: float, make_context: MakeContext
) -> None:
    def layers() -> list[Any]:
        return [Flatten(), Dense(10, activation=activation, bias_initializer=lambda s, _: np.full(10, bias))]

    found = health(make_context(layers, initializer={"name": "normal", "std": 0.001}))
    assert found["dense1/saturated_share"] == share


def test_weights_of_zero_have_no_ratio(make_context: MakeContext) -> None:
    found = health(make_context(lambda: [Flatten(), Dense(10)], initializer="zeros"))
    assert found["dense1/weight_norm"] == 0
    assert found["dense1/gradient_to_weight"] == np.inf


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "linear"])
@pytest.mark.parametrize("initializer", ["he_normal", "glorot_uniform", "lecun_normal"])
def test_theory_is_right_where_its_assumptions_hold(
    activation: str, initializer: str, make_context: MakeContext
) -> None:
    """Wide layers without pooling or padding; at most four of them, for their deviations add up."""

    def layers() -> list[Any]:
        hidden = [Dense(600, activation=activation) for _ in range(3)]
        return [Conv2D(64, 3), ActivationLayer(activation), Flatten(), *hidden]

    found = health(make_context(layers, initializer=initializer))
    measured = [value for key, value in found.items() if key.endswith("/forward_variance")]
    predicted = [value for key, value in found.items() if key.endswith(THEORY)]
    assert len(measured) == len(predicted) == 5
    np.testing.assert_allclose(measured, predicted, rtol=0.2)


def test_theory_sees_a_signal_that_vanishes(make_context: MakeContext) -> None:
    def layers() -> list[Any]:
        return [Flatten(), *(Dense(300, activation="relu") for _ in range(6))]

    keeps = health(make_context(layers, initializer="he_normal"))
    halves = health(make_context(layers, initializer="lecun_normal"))
    name = f"dense6/{THEORY}"
    assert keeps[name] == pytest.approx(2, rel=0.1)
    assert halves[name] == pytest.approx(1 / 32, rel=0.2)
