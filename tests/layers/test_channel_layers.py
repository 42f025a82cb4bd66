"""Layers that are activations over several channels or pixels: against PyTorch, and what they refuse."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError, ShapeError
from convlab.layers import GLU, Conv2D, CReLU, Dense, FReLU, Layer, Maxout
from convlab.model import Model

SHAPE = (5, 6, 8)


def torch_of(name: str, torch: Any, layer: Layer) -> Callable[[Any], Any]:
    """The same function of (N, H, W, C) tensors in PyTorch."""
    functional = torch.nn.functional

    def frelu(x: Any) -> Any:
        conv = layer.sublayers()[0]
        assert isinstance(conv, Conv2D)
        weight, bias = (torch.from_numpy(array) for array in (conv.weight, conv.bias))
        around = functional.conv2d(
            x.permute(0, 3, 1, 2), weight.permute(0, 3, 1, 2), bias, padding=1, groups=SHAPE[-1]
        )
        return torch.maximum(x, around.permute(0, 2, 3, 1))

    def gated(function: Callable[[Any], Any], x: Any) -> Any:
        weighed, gate = x.chunk(2, -1)
        return weighed * function(gate)

    return {
        "glu": functional.glu,
        "geglu": lambda x: gated(functional.gelu, x),
        "swiglu": lambda x: gated(functional.silu, x),
        "bilinear": lambda x: gated(lambda gate: gate, x),
        "maxout": lambda x: x.unflatten(-1, (-1, 4)).amax(-1),
        "crelu": lambda x: torch.cat((torch.relu(x), torch.relu(-x)), -1),
        "frelu": frelu,
    }[name]


LAYERS: dict[str, Callable[[], Layer]] = {
    "glu": GLU,
    "geglu": lambda: GLU("gelu"),
    "swiglu": lambda: GLU("silu"),
    "bilinear": lambda: GLU(None),
    "maxout": lambda: Maxout(4),
    "crelu": CReLU,
    "frelu": lambda: FReLU(batch_norm=False),
}


@pytest.mark.parametrize("name", LAYERS)
def test_same_as_torch(name: str) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    layer = LAYERS[name]()
    # a layer of weights in front, so that the layer under test passes a gradient on
    first = Conv2D(SHAPE[-1], 1, kernel_initializer="dirac")
    model = Model([first, layer], SHAPE, dtype=np.float64)
    x = np.random.default_rng(0).standard_normal((3, *SHAPE))
    theirs = torch.from_numpy(x.copy()).requires_grad_()
    expected = torch_of(name, torch, layer)(theirs)
    gradient = np.random.default_rng(1).standard_normal(expected.shape)
    expected.backward(torch.from_numpy(gradient))
    model.plan(4)
    np.testing.assert_allclose(
        model.forward(x, training=True), expected.detach().numpy(), rtol=1e-12, atol=1e-13
    )
    to_input = layer.backward(gradient.copy())
    np.testing.assert_allclose(to_input, theirs.grad.numpy(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(model.forward(x), expected.detach().numpy(), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", LAYERS)
def test_nan_passes(name: str) -> None:
    x = np.random.default_rng(0).standard_normal((1, *SHAPE)).astype(np.float32)
    x[0, 2, 3, 7] = np.nan
    assert np.isnan(Model([LAYERS[name]()], SHAPE).predict(x)).any()


@pytest.mark.parametrize(
    ("layer", "gain"),
    [(GLU(), 1.8459), (GLU(None), 1.0), (Maxout(2), 1.0), (Maxout(4), None), (CReLU(), 2**0.5)],
)
def test_weights_in_front_learn_the_gain(layer: Layer, gain: float | None) -> None:
    """With it, the mean square of what the layer gives is that of its input."""
    told = []

    def watch(spec: Any, random: np.random.Generator) -> np.ndarray:
        told.append(spec.gain)
        return random.standard_normal(spec.shape) * spec.gain / np.sqrt(spec.fan_in)

    model = Model([Dense(4096, kernel_initializer=watch), layer], (256,), bias=False)
    outputs = model.predict(np.random.default_rng(0).standard_normal((64, 256)).astype(np.float32))
    if isinstance(layer, GLU):  # the gate bends, so that gains other than 1 are right for its input only
        assert told == [pytest.approx(gain, abs=1e-3)]
        return
    assert gain is None or told == [pytest.approx(gain, abs=1e-6)]
    assert np.square(outputs).mean() == pytest.approx(1, rel=0.03)


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ([GLU()], ShapeError, r"glu1: input channels \(=3\) must divide by 2"),
        ([Maxout(2)], ShapeError, r"maxout1: input channels \(=3\) must divide by pieces \(=2\)"),
        ([Maxout(1)], ConfigError, "maxout1: pieces must be 2 to 256, got 1"),
        ([FReLU(2)], ConfigError, "frelu1: kernel_size must be odd and >= 1, got 2"),
        ([FReLU(-1)], ConfigError, "frelu1: kernel_size must be odd and >= 1, got -1"),
    ],
)
def test_what_does_not_fit_is_refused(layers: list[Layer], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Model(layers, (4, 4, 3))


def test_frelu_needs_images() -> None:
    with pytest.raises(ShapeError, match=r"frelu1: expects inputs of shape \(H, W, C\)"):
        Model([FReLU()], (3,))
