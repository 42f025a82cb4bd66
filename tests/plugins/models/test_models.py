"""The networks of the package have the layers, sizes and parameters that they are described with."""

from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab.layers import BatchNorm, Conv2D, Dense
from convlab.model import Model
from convlab_plugins.models import OFFERS

CIFAR = (32, 32, 3)


def model(name: str, input_shape: tuple[int, int, int] = CIFAR, **config: Any) -> Model:
    return Model(OFFERS[name](input_shape, 10, **config), input_shape)


def sizes(made: Model, kind: type) -> list[tuple[int, ...]]:
    return [layer.output_shape for layer in made.walk() if isinstance(layer, kind)]


def test_cifar10_3c3d_has_the_sizes_of_the_benchmark() -> None:
    made = model("cifar10_3c3d")
    assert sizes(made, Conv2D) == [(28, 28, 64), (12, 12, 96), (6, 6, 128)]
    assert sizes(made, Dense) == [(512,), (256,), (10,)]
    assert made.parameter_count == 895_210


def test_squeezenet_has_the_channels_of_the_paper() -> None:
    made = model("squeezenet", batch_norm=False)
    widened = [layer.output_shape[-1] for layer in made.walk() if layer.kind == "concatenate"]
    assert widened == [128, 128, 256, 256, 384, 384, 512, 512]
    count, channels = 9 * 3 * 96 + 96, 96
    for wide in widened:
        squeezed, side = wide // 8, wide // 2
        count += (channels + 1) * squeezed + (squeezed + 1) * side + (9 * squeezed + 1) * side
        channels = wide
    assert made.parameter_count == count + (channels + 1) * 10
    assert not sizes(made, BatchNorm)
    assert len(sizes(model("squeezenet"), BatchNorm)) == 1 + 3 * 8


def test_mobilenet_filters_each_channel_and_then_mixes() -> None:
    made = model("mobilenet", width=1.0)
    convolutions = [layer for layer in made.walk() if isinstance(layer, Conv2D)]
    for depthwise, pointwise in zip(convolutions[1::2], convolutions[2::2], strict=True):
        assert depthwise.geometry["groups"] == depthwise.filters == depthwise.input_shape[-1]
        assert pointwise.kernel_size == (1, 1)
    assert [layer.output_shape[-1] for layer in convolutions[2::2]] == [64, 128, 128, 256, 256, 512, 512, 512]
    assert convolutions[-1].output_shape == (4, 4, 512)
    assert sizes(model("mobilenet", width=0.25), Conv2D)[-1] == (4, 4, 128)


def test_preact_resnet_leaves_the_way_from_input_to_output_free() -> None:
    made = model("preact_resnet", depth=14)
    blocks = [layer for layer in made.walk() if layer.kind == "residual"]
    assert [block.output_shape for block in blocks] == [
        *[(32, 32, 16)] * 2,
        *[(16, 16, 32)] * 2,
        *[(8, 8, 64)] * 2,
    ]
    assert {block.activation_choice for block in blocks} == {None}
    weighted = [layer for layer in made.walk() if isinstance(layer, Conv2D | Dense)]
    assert len(weighted) == 14 + 2  # two projections


@pytest.mark.parametrize("depth", [2, 3, 5, 30, 100])
def test_plain_convnet_is_as_deep_as_asked(depth: int) -> None:
    made = model("plain_convnet", (28, 28, 1), depth=depth, width=4)
    assert len(sizes(made, Conv2D)) == depth - 1
    shrinks = min(2, depth // 2)  # with fewer than three convolutions the two thirds fall together
    assert sizes(made, Conv2D)[-1] == (28 if depth == 2 else 28 // 2**shrinks,) * 2 + (4,)


def test_vgg_small_may_be_normalized() -> None:
    assert sizes(model("vgg_small", widths=(8, 4), convolutions=3), Conv2D) == [
        *[(32, 32, 8)] * 3,
        *[(16, 16, 4)] * 3,
    ]
    made = model("vgg_small", batch_norm=True)
    assert len(sizes(made, BatchNorm)) == 6
    assert all(layer.bias is None for layer in made.walk() if isinstance(layer, Conv2D))


@pytest.mark.parametrize("name", ["squeezenet", "mobilenet", "preact_resnet", "plain_convnet", "vgg_small"])
def test_outputs_are_finite_and_differ_between_images(name: str) -> None:
    images = np.random.default_rng(0).standard_normal((2, *CIFAR)).astype(np.float32)
    outputs = model(name).predict(images)
    assert np.isfinite(outputs).all()
    assert not np.array_equal(outputs[0], outputs[1])


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("vgg_small", {"widths": ()}, r"widths must be numbers >= 1 and convolutions >= 1, got \[\] and 2"),
        ("vgg_small", {"convolutions": 0}, "convolutions >= 1, got .* and 0"),
        ("mobilenet", {"width": 0.0}, "width must be > 0 and finite, got 0.0"),
        ("preact_resnet", {"depth": 18}, r"depth must be 6 n \+ 2 .* got 18 and 16"),
        ("preact_resnet", {"width": 0}, "width >= 1, got 20 and 0"),
        ("plain_convnet", {"depth": 1}, "depth must be >= 2 and width >= 1, got 1 and 16"),
    ],
)
def test_settings_out_of_range_are_refused(name: str, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"model '{name}': .*{message}"):
        OFFERS[name](CIFAR, 10, **config)


def test_squeezenet_refuses_images_that_its_poolings_would_use_up() -> None:
    with pytest.raises(ConfigError, match="at least 8x8 pixels, got 7x32"):
        OFFERS["squeezenet"]((7, 32, 3), 10)
