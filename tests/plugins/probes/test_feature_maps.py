"""The probe that keeps what layers make of images."""

from collections.abc import Callable

import numpy as np

from convlab.plugin import Conv2D, Dense, Flatten, ProbeContext
from convlab_plugins.probes.feature_maps import FeatureMaps

MakeContext = Callable[..., ProbeContext]


def test_images_and_maps_are_those_of_the_sample(make_context: MakeContext) -> None:
    context = make_context()
    found = FeatureMaps().look(context)
    assert found["images"].dtype == np.uint8
    np.testing.assert_array_equal(found["images"], context.sample.images[:4])
    assert list(found) == ["images", "frozen", "conv1", "conv3", "block", "alone"]
    assert {name: array.shape for name, array in found.items()} == {
        "images": (4, 8, 8, 1),
        "frozen": (4, 8, 8, 4),
        "conv1": (4, 8, 8, 8),
        "conv3": (4, 4, 4, 8),
        "block": (4, 4, 4, 8),
        "alone": (4, 4, 4, 8),
    }
    output = context.sample.layers["conv1"].output
    np.testing.assert_array_equal(found["conv1"], output[:4, :, :, :8])
    assert (found["conv1"] >= 0).all()


def test_layers_without_images_have_no_maps(make_context: MakeContext) -> None:
    found = FeatureMaps().look(make_context(lambda: [Conv2D(3, 8), Flatten(), Dense(10, activation="relu")]))
    assert list(found) == ["images", "conv1"]
