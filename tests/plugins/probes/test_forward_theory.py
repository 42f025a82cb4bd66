"""The prediction, layer by layer, against hand-made numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.plugin import ActivationLayer, BatchNorm, Conv2D, Dense, Flatten, ProbeContext, Residual, Scale
from convlab_plugins.probes.forward_theory import predicted_variances

MakeContext = Callable[..., ProbeContext]


def classifying(layers: Callable[[], list[Any]]) -> Callable[[], list[Any]]:
    return lambda: [*layers(), Flatten(), Dense(10, name="last")]


@pytest.fixture
def predict(make_context: MakeContext) -> Callable[..., dict[str, float]]:
    """Predicts for layers whose weights are +w and -w in turn, so that their variance is w^2."""

    def fill(spec: Any, rng: Any) -> Any:
        return 0.5 * (-1.0) ** np.arange(np.prod(spec.shape)).reshape(spec.shape)

    def of(layers: Callable[[], list[Any]]) -> dict[str, float]:
        context = make_context(classifying(layers), initializer=fill)
        return predicted_variances(context.model.layers, context.sample)

    return of


def test_a_sum_multiplies_by_its_summands_and_their_variance(predict: Any) -> None:
    found = predict(lambda: [Conv2D(2, 3), Conv2D(2, 3)])
    # standardized images have mean square 1
    assert found["conv1"] == pytest.approx(9 / 4, rel=1e-4)
    assert found["conv2"] == pytest.approx(9 / 4 * 18 / 4, rel=1e-4)
    assert found["last"] == pytest.approx(9 / 4 * 18 / 4 * 32 / 4, rel=1e-4)


def test_relu_halves_and_groups_have_fewer_summands(predict: Any) -> None:
    found = predict(
        lambda: [Conv2D(4, 1, activation="relu"), Conv2D(4, 1, groups=2), ActivationLayer("relu")]
    )
    assert found["conv1"] == pytest.approx(1 / 4, rel=1e-4)
    assert found["conv2"] == pytest.approx(1 / 4 / 2 * 2 / 4, rel=1e-4)
    assert found["activation1"] == found["conv2"]


def test_normalization_sets_and_a_block_adds(predict: Any) -> None:
    found = predict(
        lambda: [
            Conv2D(4, 1),
            BatchNorm(),
            Scale(3.0),
            Residual([Conv2D(4, 1)], activation="relu", name="block"),
            ActivationLayer("linear"),
        ]
    )
    assert "batch_norm1" not in found
    assert found["conv2"] == pytest.approx(9 * 4 / 4, rel=1e-4)
    assert found["block"] == pytest.approx(9 + 9, rel=1e-4)
    assert found["activation1"] == pytest.approx(9, rel=1e-4)


def test_a_bias_that_varies_adds_its_variance(make_context: MakeContext) -> None:
    def layers() -> list[Any]:
        return [Conv2D(2, 1, bias_initializer=lambda spec, rng: np.array([-3.0, 3.0]))]

    context = make_context(classifying(layers), initializer="zeros")
    assert predicted_variances(context.model.layers, context.sample)["conv1"] == pytest.approx(9)
