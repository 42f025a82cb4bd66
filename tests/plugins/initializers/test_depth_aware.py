"""Initializers that know where in the network they are."""

from math import sqrt

import numpy as np
import pytest

from convlab.layers import BatchNorm, Conv2D, Dense, GlobalAveragePool, Layer, LearnedScale, Residual
from convlab.model import Model
from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers import OFFERS


def network(initializer: object, *, norm: bool = False, scaled: bool = False, blocks: int = 4) -> Model:
    """A convolution, residual blocks of two convolutions with what may follow them, a dense layer."""

    def branch() -> list[Layer]:
        parts = [[Conv2D(6, 3, padding="same"), *([BatchNorm()] if norm else [])] for _ in range(2)]
        return [*(layer for part in parts for layer in part), *([LearnedScale()] if scaled else [])]

    layers = [
        Conv2D(6, 3, padding="same"),
        *(Residual(branch()) for _ in range(blocks)),
        GlobalAveragePool(),
        Dense(3),
    ]
    return Model(layers, (5, 5, 2), initializer=initializer)  # type: ignore[arg-type]


def value(model: Model, name: str) -> Array:
    return next(parameter.value for parameter in model.parameters if parameter.name == name)


def test_fixup_scales_branches_and_silences_their_ends() -> None:
    plain, fixed = network("he_normal"), network("fixup")
    np.testing.assert_array_equal(value(fixed, "conv1.weight"), value(plain, "conv1.weight"))
    for first, last in ((2, 3), (4, 5), (8, 9)):
        expected = value(plain, f"conv{first}.weight") * 4 ** (-1 / 2)
        np.testing.assert_allclose(value(fixed, f"conv{first}.weight"), expected, rtol=1e-6)
        assert not value(fixed, f"conv{last}.weight").any()
    assert not value(fixed, "dense1.weight").any()


def test_fixup_takes_a_branch_of_one_layer_as_its_end() -> None:
    layers = [Residual([Conv2D(2, 3, padding="same")]), GlobalAveragePool(), Dense(2)]
    assert not value(Model(layers, (4, 4, 2), initializer="fixup"), "conv1.weight").any()


def test_fixup_exponent_follows_the_layers_of_a_branch() -> None:
    """m = 3 layers: L^(-1/4)."""
    spec = InitializerSpec((2, 8), "dense_weight", "dense1", depth=9, branches=16, branch_layers=3)
    weights = OFFERS["fixup"](spec, np.random.default_rng(0), inner="orthogonal")
    np.testing.assert_allclose((weights**2).sum(axis=1), 16 ** (-1 / 2))


def test_zero_gamma_silences_the_last_normalization_of_each_branch() -> None:
    plain, model = network("he_normal", norm=True), network("zero_gamma", norm=True)
    for block in range(4):
        np.testing.assert_array_equal(value(model, f"batch_norm{2 * block + 1}.scale"), 1.0)
        np.testing.assert_array_equal(value(model, f"batch_norm{2 * block + 2}.scale"), 0.0)
        np.testing.assert_array_equal(value(model, f"batch_norm{2 * block + 2}.shift"), 0.0)
    np.testing.assert_array_equal(value(model, "conv5.weight"), value(plain, "conv5.weight"))


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("name", ["skip_init", "rezero"])
def test_blocks_begin_as_the_identity(name: str, norm: bool, scaled: bool) -> None:
    x = np.random.default_rng(0).standard_normal((3, 5, 5, 2)).astype(np.float32)
    model = network(name, norm=norm, scaled=scaled)
    for layer in model.layers[1:5]:
        branch = layer.branch  # type: ignore[attr-defined]
        branch.plan(3, np.dtype(np.float32))
        given = np.random.default_rng(1).standard_normal((3, 5, 5, 6)).astype(np.float32)
        assert not branch.forward(given, False).any()
    assert value(model, "conv2.weight").any()
    assert value(model, "conv3.weight").any() == (norm or scaled)
    assert np.isfinite(model.predict(x)).all()


def test_nested_branches_close_by_themselves() -> None:
    inner = Residual([Conv2D(2, 3, padding="same"), BatchNorm()], activation=None)
    outer = Residual([Conv2D(2, 3, padding="same"), BatchNorm(), inner], activation=None)
    model = Model([outer], (4, 4, 2), initializer="zero_gamma")
    assert not value(model, "batch_norm1.scale").any()
    assert not value(model, "batch_norm2.scale").any()


@pytest.mark.parametrize("fan_in", [64, 1024])
def test_mup_lets_the_last_layer_fall_with_its_width(fan_in: int) -> None:
    """The sample standard deviation of n normal weights is off by 5/sqrt(2 n) once in 1.7 million."""
    hidden = InitializerSpec((200, fan_in), "dense_weight", "dense1", layer_index=0, depth=2, gain=sqrt(2))
    last = InitializerSpec((200, fan_in), "dense_weight", "dense2", layer_index=1, depth=2)
    bound = 5 / sqrt(2 * 200 * fan_in)
    found = OFFERS["mup"](hidden, np.random.default_rng(0))
    assert found.std() * sqrt(fan_in / 2) == pytest.approx(1.0, rel=bound)
    found = OFFERS["mup"](last, np.random.default_rng(0))
    assert found.std() * fan_in / 8 == pytest.approx(1.0, rel=bound)
