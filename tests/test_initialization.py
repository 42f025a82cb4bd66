"""Parameters get their values layer by layer, and initializers may look at what the layers before make."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import convlab
from convlab.contracts.dataset import Split
from convlab.errors import ConfigError
from convlab.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten, Layer, MaxPool2D, Residual
from convlab.losses import SoftmaxCrossEntropy
from convlab.model import Model
from convlab.observation import Observer
from convlab.plugin import Array, InitializerSpec, also_for_norms
from convlab.preprocessing import Preprocessing
from convlab.training import Interrupted

SHARED = Path(__file__).parents[2] / "shared" / "data"


def images(count: int = 32) -> Array:
    return np.random.default_rng(0).standard_normal((count, 8, 8, 2)).astype(np.float32)


def layers() -> list[Layer]:
    block = Residual(
        [Conv2D(4, 3, padding="same", use_bias=False), BatchNorm()], [Conv2D(4, 1)], activation="relu"
    )
    return [Conv2D(3, 3, activation="relu"), MaxPool2D(2), block, Flatten(), Dropout(0.0), Dense(5)]


def test_each_layer_is_told_what_the_layers_before_make() -> None:
    given: dict[str, Array] = {}

    def spying(spec: InitializerSpec, rng: np.random.Generator) -> Array:
        assert spec.sample_input is not None
        given[spec.layer] = spec.sample_input()
        return rng.standard_normal(spec.shape)

    x = images()
    model = Model(layers(), (8, 8, 2), initializer=spying, sample=lambda: x)
    first, block, dense = model.layers[0], model.layers[2], model.layers[5]
    np.testing.assert_array_equal(given["conv1"], x)
    pooled = MaxPool2D(2)
    after = Model([pooled], (6, 6, 3)).predict(np.maximum(first.linear(x), 0))  # type: ignore[attr-defined]
    np.testing.assert_array_equal(given["conv2"], after)
    np.testing.assert_array_equal(given["conv3"], after)
    branch, shortcut = block.sublayers()[0], block.sublayers()[2]
    through = branch.linear(after)  # type: ignore[attr-defined]
    through = (through - through.mean(axis=(0, 1, 2))) / np.sqrt(through.var(axis=(0, 1, 2)) + 1e-5)
    expected = np.maximum(through + shortcut.linear(after), 0).reshape(32, -1)  # type: ignore[attr-defined]
    np.testing.assert_allclose(given["dense1"], expected, atol=1e-4)
    assert dense.name == "dense1"


def test_outputs_are_those_of_the_weights_tried() -> None:
    def doubling(spec: InitializerSpec, rng: np.random.Generator) -> Array:
        assert spec.sample_output is not None
        one = spec.sample_output(np.ones(spec.shape))
        np.testing.assert_allclose(spec.sample_output(np.full(spec.shape, 2.0)), 2 * one, rtol=1e-5)
        return np.ones(spec.shape)

    def shifting(spec: InitializerSpec, rng: np.random.Generator) -> Array:
        assert spec.sample_output is not None
        none = spec.sample_output(np.zeros(spec.shape))
        assert np.abs(none).max() > 0
        np.testing.assert_allclose(spec.sample_output(np.ones(spec.shape)), none + 1, rtol=1e-4, atol=1e-4)
        return np.zeros(spec.shape)

    Model(layers(), (8, 8, 2), initializer=doubling, bias_initializer=shifting, sample=lambda: images())


def test_looking_leaves_no_trace() -> None:
    def looking(spec: InitializerSpec, rng: np.random.Generator) -> Array:
        assert spec.sample_input is not None
        spec.sample_input()
        return rng.standard_normal(spec.shape) * 0.1

    def blind(spec: InitializerSpec, rng: np.random.Generator) -> Array:
        return rng.standard_normal(spec.shape) * 0.1

    seen = Model(layers(), (8, 8, 2), initializer=looking, sample=images)
    plain = Model(layers(), (8, 8, 2), initializer=blind)
    for name, array in plain.state().items():
        np.testing.assert_array_equal(seen.state()[name], array)
    x = images(5)
    np.testing.assert_array_equal(seen.forward(x, training=True), plain.forward(x, training=True))
    gradient = np.random.default_rng(1).standard_normal((5, 5)).astype(np.float32)
    for model in (seen, plain):
        model.backward(gradient.copy())
    np.testing.assert_array_equal(seen.parameters.gradients, plain.parameters.gradients)


def test_a_network_that_was_looked_into_can_be_observed() -> None:
    """An observer takes activations apart that looking has let neighbors share."""

    def network(initializer: str) -> Model:
        blocks = [Residual([Conv2D(4, 3, padding="same")], activation="tanh") for _ in range(2)]
        stem = Conv2D(4, 3, activation="tanh")
        return Model([stem, *blocks, Flatten(), Dense(5)], (8, 8, 2), initializer=initializer, sample=images)

    trained = network("he_normal")
    trained.preprocessing = Preprocessing(np.zeros(2, np.float32), np.ones(2, np.float32))
    pictures = np.random.default_rng(0).integers(0, 255, (6, 8, 8, 2)).astype(np.uint8)
    found = []
    for initializer in ("he_normal", "lsuv"):
        observer = Observer(network(initializer), SoftmaxCrossEntropy())
        observer.follow(trained)
        sample = observer.observe(Split(pictures, np.arange(6) % 5))
        found.append(sample.layers["conv1"].gradient)
    assert found[0] is not None
    np.testing.assert_array_equal(*found)


def test_the_sample_is_made_once_and_only_when_asked_for() -> None:
    calls: list[int] = []

    def sample() -> Array:
        calls.append(1)
        return images()

    Model(layers(), (8, 8, 2), initializer="he_normal", sample=sample)
    assert not calls
    Model(layers(), (8, 8, 2), initializer="lsuv", sample=sample)
    assert len(calls) == 1


def test_without_a_sample_the_error_names_initializer_and_layer() -> None:
    with pytest.raises(ConfigError, match="initializer 'lsuv': needs inputs of 'conv1' to look at"):
        Model(layers(), (8, 8, 2), initializer="lsuv")


def test_places_in_residual_branches_are_told() -> None:
    told: dict[str, InitializerSpec] = {}

    @also_for_norms
    def noting(spec: InitializerSpec, rng: np.random.Generator) -> Array:
        told[f"{spec.layer}.{spec.role}"] = spec
        return np.ones(spec.shape)

    Model(layers(), (8, 8, 2), initializer=noting)
    place = {
        name: (spec.branches, spec.branch_layers, spec.branch_scales, spec.closes_branch)
        for name, spec in told.items()
    }
    assert place == {
        "conv1.conv_weight": (1, 0, 0, False),
        "conv2.conv_weight": (1, 1, 1, True),
        "batch_norm1.scale": (1, 1, 1, True),
        "batch_norm1.shift": (1, 1, 1, False),
        "conv3.conv_weight": (1, 0, 0, False),
        "dense1.dense_weight": (1, 0, 0, False),
    }


def test_other_initializers_are_not_asked_for_norms() -> None:
    model = Model(layers(), (8, 8, 2), initializer={"name": "constant", "value": 0.5})
    values = {parameter.name: parameter.value for parameter in model.parameters}
    np.testing.assert_array_equal(values["batch_norm1.scale"], 1.0)
    np.testing.assert_array_equal(values["batch_norm1.shift"], 0.0)


def lsuv_variances(settings: Sequence[str]) -> dict[str, float]:
    """By layer, the variance before bias and activation on the images that lsuv was given."""
    from convlab.assembly import build_model, dataset_of, sample_inputs
    from convlab.config import compose

    chosen = compose([*settings, "initializer=lsuv"])
    dataset = dataset_of(chosen)
    model = build_model(chosen, dataset)
    found: dict[str, float] = {}

    def watching(layer: Layer) -> None:
        forward = layer.forward

        def watched(x: Array, training: bool) -> Array:
            found[layer.name] = float(layer.linear(x).var())  # type: ignore[attr-defined]
            return forward(x, training)

        vars(layer)["forward"] = watched

    for layer in model.walk():
        if hasattr(layer, "linear"):
            watching(layer)
    model.forward(sample_inputs(chosen, dataset), training=True)
    return found


@pytest.mark.parametrize("model", ["small_convnet", "mlp", "resnet20"])
def test_lsuv_gives_unit_variance_in_every_layer_on_digits(model: str) -> None:
    variances = lsuv_variances([f"model={model}"])
    assert len(variances) >= 2
    assert all(abs(variance - 1) < 0.01 for variance in variances.values()), variances


@pytest.mark.skipif(not (SHARED / "mnist").is_dir(), reason="needs MNIST in ../shared/data/mnist")
def test_lsuv_gives_unit_variance_in_every_layer_on_mnist() -> None:
    variances = lsuv_variances(["data=mnist", f"data.root={SHARED}"])
    assert all(abs(variance - 1) < 0.01 for variance in variances.values()), variances


def test_the_images_that_initializers_see_follow_from_the_seed() -> None:
    from convlab.assembly import dataset_of, sample_inputs
    from convlab.config import compose

    chosen = [compose([f"seed={seed}"]) for seed in (0, 0, 1)]
    first, again, other = (sample_inputs(settings, dataset_of(settings)) for settings in chosen)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.shape == (256, 8, 8, 1)


def test_a_run_with_lsuv_resumes_bit_for_bit(tmp_path: Path) -> None:
    from convlab.results import Listener

    class Stop(Listener):
        def step_done(self, epoch: int, step: int) -> None:
            import signal

            if (epoch, step) == (2, 1):
                signal.raise_signal(signal.SIGINT)

    settings = {"data": "synthetic", "epochs": 3, "initializer": "lsuv", "bias_initializer": "krahenbuhl"}
    with pytest.raises(Interrupted):
        convlab.run({**settings, "runs_dir": str(tmp_path)}, listener=Stop())
    resumed = convlab.run({**settings, "runs_dir": str(tmp_path)})
    whole = convlab.run({**settings, "runs_dir": str(tmp_path / "whole")})
    assert (resumed.test_loss, resumed.train_loss) == (whole.test_loss, whole.train_loss)
