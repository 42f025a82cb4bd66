import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from convlab.errors import ConfigError, PluginError, RecordError, ShapeError
from convlab.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D, Residual
from convlab.losses import SoftmaxCrossEntropy
from convlab.model import Model
from convlab.plugin import Activation as ActivationContract
from convlab.preprocessing import Preprocessing


def small_model(**options: object) -> Model:
    layers = [Conv2D(4, 3, activation="default"), MaxPool2D(2), Flatten(), Dropout(0.5), Dense(3)]
    return Model(layers, (8, 8, 1), **options)  # type: ignore[arg-type]


def images(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, 8, 8, 1)).astype(np.float32)


def train_step(model: Model, x: np.ndarray) -> None:
    outputs = model.forward(x, training=True)
    gradient = model.gradient_buffer(len(x))
    SoftmaxCrossEntropy()(outputs, np.zeros(len(x), np.int64), gradient)
    model.backward(gradient)


def test_layers_are_numbered_by_kind_also_inside_blocks() -> None:
    model = Model(
        [
            Conv2D(2, 1),
            Residual([Conv2D(2, 1), Conv2D(2, 1, name="last")]),
            Conv2D(2, 1),
            Flatten(),
            Dense(2),
        ],
        (2, 2, 1),
    )
    assert [layer.name for layer in model.walk()] == [
        "conv1",
        "residual1",
        "conv2",
        "last",
        "conv4",
        "flatten1",
        "dense1",
    ]


def test_two_layers_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="2 layers are named 'same'; give each a name of its own"):
        Model([Conv2D(2, 1, name="same"), Conv2D(2, 1, name="same")], (2, 2, 1))


def test_a_layer_that_does_not_fit_names_itself() -> None:
    with pytest.raises(
        ShapeError, match=r"dense1: expects inputs of shape \(C,\), got \(8, 8, 1\); put a Flatten"
    ):
        Model([Dense(3)], (8, 8, 1))
    with pytest.raises(ShapeError, match="conv2: "):
        Model([Conv2D(2, 5), Conv2D(2, 5)], (8, 8, 1))


def test_inputs_of_another_shape_are_refused() -> None:
    with pytest.raises(
        ShapeError, match=r"expects float32 inputs of shape \(N, 8, 8, 1\), got float32 of shape"
    ):
        small_model().forward(np.zeros((2, 9, 8, 1), np.float32))


def test_changing_one_layers_initializer_leaves_the_others_as_they_are() -> None:
    plain, changed = small_model(), small_model(initializers={"conv1": "orthogonal"})
    assert not np.array_equal(plain.layers[0].weight, changed.layers[0].weight)  # type: ignore[attr-defined]
    assert np.array_equal(plain.layers[-1].weight, changed.layers[-1].weight)  # type: ignore[attr-defined]


def test_a_choice_for_a_layer_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(
        ConfigError, match="initializers: the model has no layer 'conv2'; did you mean 'conv1'"
    ):
        small_model(initializers={"conv2": "zeros"})


def test_bias_can_be_taken_from_all_layers_or_from_one() -> None:
    assert [layer.bias is None for layer in (small_model().layers[0], small_model().layers[-1])] == [
        False,
        False,
    ]  # type: ignore[attr-defined]
    without = small_model(bias=False)
    assert without.layers[0].bias is None  # type: ignore[attr-defined]
    assert without.layers[-1].bias is None  # type: ignore[attr-defined]
    one = small_model(bias=False, biases={"dense1": True})
    assert one.layers[0].bias is None  # type: ignore[attr-defined]
    assert one.layers[-1].bias is not None  # type: ignore[attr-defined]


def test_weights_learn_the_gain_of_the_activation_that_follows() -> None:
    gains = {}

    def note(spec, rng):  # type: ignore[no-untyped-def]
        gains[spec.layer] = (spec.gain, spec.layer_index, spec.depth)
        return rng.standard_normal(spec.shape)

    Model(
        [Conv2D(2, 1, activation="relu"), Conv2D(2, 1), BatchNorm(), Activation("tanh"), Flatten(), Dense(2)],
        (2, 2, 1),
        initializer=note,
    )
    assert gains["conv1"] == (pytest.approx(2**0.5, abs=1e-5), 0, 3)
    assert gains["conv2"] == (pytest.approx(1.5925, abs=1e-3), 1, 3)
    assert gains["dense1"] == (1.0, 2, 3)


def test_an_initializer_of_the_wrong_shape_is_named() -> None:
    with pytest.raises(PluginError, match=r"gave shape \(2,\) for conv1.weight of shape \(4, 3, 3, 1\)"):
        small_model(initializer=lambda spec, rng: np.zeros(2))


def test_an_initializer_that_gives_nan_is_named() -> None:
    with pytest.raises(PluginError, match="gave NaN or infinite values for conv1.weight"):
        small_model(initializer=lambda spec, rng: np.full(spec.shape, np.nan))


def test_an_activation_in_plain_numpy_trains_like_the_native_one() -> None:
    class PlainTanh(ActivationContract):
        def value(self, x: np.ndarray, out: np.ndarray) -> None:
            np.tanh(x, out=out)

        def derivative(self, x: np.ndarray, out: np.ndarray) -> None:
            np.subtract(1.0, np.tanh(x) ** 2, out=out)

    x = images(5)
    native, plain = small_model(activation="tanh"), small_model(activation=PlainTanh())
    np.testing.assert_allclose(plain.predict(x), native.predict(x), rtol=1e-5, atol=1e-6)
    train_step(native, x)
    train_step(plain, x)
    np.testing.assert_allclose(plain.parameters.gradients, native.parameters.gradients, rtol=1e-4, atol=1e-6)


def test_smaller_batches_than_planned_give_the_same_outputs() -> None:
    model = small_model()
    x = images(8)
    whole = model.forward(x).copy()
    assert np.array_equal(model.forward(x[:3]), whole[:3])
    assert model.predict(x, batch_size=3).shape == (8, 3)


def test_a_frozen_layer_stays_and_has_no_gradient_in_the_buffers() -> None:
    model = Model([Conv2D(2, 3, trainable=False), Flatten(), Dense(3)], (8, 8, 1))
    assert model.parameters.values.size == model.layers[-1].weight.size + 3  # type: ignore[attr-defined]
    before = model.layers[0].weight.copy()  # type: ignore[attr-defined]
    train_step(model, images(4))
    model.parameters.values -= model.parameters.gradients
    assert np.array_equal(model.layers[0].weight, before)  # type: ignore[attr-defined]


def test_dropout_is_the_identity_in_inference_and_keeps_the_mean_in_training() -> None:
    model = Model([Dropout(0.3)], (10_000,))
    x = np.ones((1, 10_000), np.float32)
    assert np.array_equal(model.forward(x), x)
    dropped = model.forward(x, training=True, step=4).copy()
    assert set(np.unique(dropped)) == {np.float32(0), np.float32(1 / 0.7)}
    assert dropped.mean() == pytest.approx(1.0, abs=0.03)
    assert np.array_equal(model.forward(x, training=True, step=4), dropped)
    assert not np.array_equal(model.forward(x, training=True, step=5), dropped)


def test_batch_norm_follows_the_statistics_of_its_inputs() -> None:
    model = Model([BatchNorm(momentum=0.5)], (6, 6, 2))
    layer = model.layers[0]
    x = np.random.default_rng(0).normal(3.0, 2.0, (64, 6, 6, 2)).astype(np.float32)
    for _ in range(30):
        out = model.forward(x, training=True)
    assert out.mean() == pytest.approx(0.0, abs=1e-5)
    assert layer.running_mean == pytest.approx(x.mean(axis=(0, 1, 2)), rel=1e-4)  # type: ignore[attr-defined]
    assert layer.running_variance == pytest.approx(x.var(axis=(0, 1, 2), ddof=1), rel=1e-4)  # type: ignore[attr-defined]
    assert model.forward(x).mean() == pytest.approx(0.0, abs=1e-3)


def test_saved_and_loaded_models_predict_the_same(tmp_path: Path) -> None:
    model = small_model(seed=1)
    model.preprocessing = Preprocessing(np.array([0.4], np.float32), np.array([0.3], np.float32))
    model.save(tmp_path / "model.safetensors")
    other = small_model(seed=2)
    x = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1)).astype(np.uint8)
    other.load(tmp_path / "model.safetensors")
    assert np.array_equal(other.predict(x), model.predict(x))


def test_a_state_of_another_network_is_refused(tmp_path: Path) -> None:
    Model([Flatten(), Dense(3)], (8, 8, 1)).save(tmp_path / "model.safetensors")
    with pytest.raises(ShapeError, match=r"the saved state lacks 'conv1.bias'"):
        small_model().load(tmp_path / "model.safetensors")
    with pytest.raises(RecordError, match="nowhere"):
        small_model().load(tmp_path / "nowhere.safetensors")


def test_uint8_images_without_preprocessing_are_refused() -> None:
    with pytest.raises(ConfigError, match="uint8 images need preprocessing"):
        small_model().predict(np.zeros((1, 8, 8, 1), np.uint8))


def test_a_training_step_allocates_nothing_large() -> None:
    model = Model(
        [
            Conv2D(16, 3, padding="same", activation="gelu"),
            BatchNorm(),
            MaxPool2D(2),
            Residual([Conv2D(16, 3, padding=1, use_bias=False), BatchNorm()]),
            Flatten(),
            Dense(10),
        ],
        (32, 32, 3),
    )
    x = np.random.default_rng(0).standard_normal((32, 32, 32, 3)).astype(np.float32)
    train_step(model, x)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    train_step(model, x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    smallest_feature_map = 32 * 8 * 8 * 16 * 4
    assert peak - before < smallest_feature_map


def test_summary_lists_every_layer_and_the_total() -> None:
    lines = small_model().summary().splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == [
        "conv1",
        "max_pool1",
        "flatten1",
        "dropout1",
        "dense1",
    ]
    assert lines[-1].split() == ["total", "151"]
