"""The network of airbench94 is the published one."""

import numpy as np
import pytest

from convlab.errors import ConfigError, ShapeError
from convlab.layers import Conv2D, Dense
from convlab.model import Model
from convlab_plugins.models.airbench94 import airbench94


def test_shapes_and_biases_are_those_of_the_paper() -> None:
    model = Model(airbench94((32, 32, 3), 10), (32, 32, 3))
    weighted = [layer for layer in model.walk() if isinstance(layer, Conv2D | Dense)]
    assert [layer.output_shape for layer in weighted] == [
        (31, 31, 24),
        (31, 31, 64),
        (15, 15, 64),
        (15, 15, 256),
        (7, 7, 256),
        (7, 7, 256),
        (3, 3, 256),
        (10,),
    ]
    assert [layer.bias is not None for layer in weighted] == [True] + [False] * 7
    assert {layer.activation_choice for layer in model.walk() if hasattr(layer, "activation_choice")} == {
        "gelu",
        None,
    }


def test_logits_are_scaled() -> None:
    images = np.random.default_rng(0).standard_normal((2, 32, 32, 3)).astype(np.float32)
    whole, ninth = (
        Model(airbench94((32, 32, 3), 10, widths=(4, 4, 4), logit_factor=factor), (32, 32, 3)).predict(images)
        for factor in (1.0, 1 / 9)
    )
    np.testing.assert_allclose(ninth, whole / 9, rtol=1e-6)


def test_whitened_patches_are_uncorrelated_and_stay_so() -> None:
    images = np.random.default_rng(0).standard_normal((64, 32, 32, 3)).astype(np.float32)
    images[..., 1] += images[..., 0]
    layers = airbench94((32, 32, 3), 10, widths=(4, 4, 4), whitening=True)
    model = Model(layers, (32, 32, 3), sample=lambda: images)
    first = model.layers[0]
    assert isinstance(first, Conv2D)
    assert not first.trainable
    outputs = first.linear(images)[..., :12].reshape(-1, 12)
    np.testing.assert_allclose(outputs.T @ outputs / len(outputs), np.eye(12), atol=0.1)


def test_sizes_out_of_range_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"model 'airbench94': widths must be >= 1, got \[64, 0, 256\]"):
        airbench94((32, 32, 3), 10, widths=(64, 0, 256))
    with pytest.raises(ShapeError, match="max_pool4"):
        Model(airbench94((24, 24, 3), 10), (24, 24, 3))
