"""Activations that have parameters or random numbers of their own in every layer."""

from pathlib import Path

import numpy as np
import pytest

from convlab.layers import Activation, BatchNorm, Conv2D, Dense, Flatten, Residual
from convlab.model import Model
from convlab_plugins.activations import OFFERS


def test_parameters_belong_to_the_model_and_are_not_decayed() -> None:
    layers = [Conv2D(4, 3), BatchNorm(), Activation("prelu"), Flatten(), Dense(3, activation="xielu")]
    model = Model(layers, (6, 6, 1))
    learned = {p.name: p for p in model.parameters if p.role == "activation"}
    assert {name: p.shape for name, p in learned.items()} == {
        "activation1.activation_slope": (4,),
        "dense1.activation_alpha_p": (1,),
        "dense1.activation_alpha_n": (1,),
    }
    assert not any(parameter.decayed for parameter in learned.values())
    np.testing.assert_array_equal(learned["activation1.activation_slope"].value, np.float32(0.25))
    assert set(learned) <= set(model.state())


def test_one_object_in_two_layers_learns_twice() -> None:
    shared = OFFERS["prelu"]()
    model = Model([Dense(4, activation=shared), Residual([Dense(4)], activation=shared)], (3,))
    first, second = (parameter for parameter in model.parameters if parameter.role == "activation")
    assert (first.name, second.name) == ("dense1.activation_slope", "residual1.activation_slope")
    x = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    before = model.predict(x)
    second.value[...] = -1
    assert (first.value == 0.25).all()
    assert not np.array_equal(before, model.predict(x))
    assert shared.initial_parameters(2)["slope"].tolist() == [0.25, 0.25]


def test_a_saved_model_has_what_its_activations_learned(tmp_path: Path) -> None:
    def made(seed: int) -> Model:
        return Model([Dense(4, activation="swish_beta")], (3,), seed=seed)

    model, other = made(0), made(1)
    next(p for p in model.parameters if p.role == "activation").value[...] = (0.5, 1.0, 2.0, 3.0)
    model.save(tmp_path / "model.safetensors")
    other.load(tmp_path / "model.safetensors")
    x = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    np.testing.assert_array_equal(model.predict(x), other.predict(x))


def test_a_frozen_layer_freezes_its_activation() -> None:
    model = Model([Dense(4, activation="prelu", trainable=False), Dense(2)], (3,))
    assert [parameter.name for parameter in model.parameters.trained] == ["dense2.weight", "dense2.bias"]


def test_weights_are_drawn_for_the_initial_function() -> None:
    learned, fixed = (
        Model([Dense(4, activation=choice)], (3,), initializer="he_normal").parameters
        for choice in ("prelu", {"name": "leaky_relu", "negative_slope": 0.25})
    )
    np.testing.assert_array_equal(next(iter(learned)).value, next(iter(fixed)).value)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_random_slopes_depend_on_seed_layer_and_step_only(dtype: type) -> None:
    x = np.full((64, 8), -1, dtype)

    def outputs(seed: int, step: int, training: bool = True) -> np.ndarray:
        model = Model([Activation("rrelu")], (8,), seed=seed, dtype=dtype)
        return model.forward(x, training=training, step=step).copy()

    first = outputs(0, 1)
    np.testing.assert_array_equal(first, outputs(0, 1))
    assert not np.array_equal(first, outputs(0, 2))
    assert not np.array_equal(first, outputs(1, 1))
    assert -1 / 3 <= first.min() < -0.32
    assert -0.13 < first.max() <= -1 / 8
    assert first.mean() == pytest.approx(-11 / 48, abs=0.01)
    np.testing.assert_allclose(outputs(0, 1, training=False), -11 / 48, rtol=1e-6)


def test_two_layers_draw_different_slopes() -> None:
    model = Model([Activation("rrelu"), Activation("rrelu")], (8,))
    x = np.full((4, 8), -1, np.float32)
    out = model.forward(x, training=True, step=3)
    first = model.layers[0].forward(x, True)
    assert not np.allclose(out, -(first**2))
