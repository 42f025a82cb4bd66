"""Convolution against PyTorch."""

import numpy as np
import pytest

from convlab import kernels
from convlab.kernels.arguments import padding_sides

torch = pytest.importorskip("torch", reason="the extra 'parity' (PyTorch) is not installed")


@pytest.fixture(autouse=True)
def _one_torch_thread():
    """The shapes are small: more threads would only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def to_torch(array: np.ndarray):
    """NHWC to NCHW, in float64."""
    return torch.from_numpy(array.transpose(0, 3, 1, 2).astype(np.float64)).requires_grad_()


def from_torch(tensor) -> np.ndarray:
    return tensor.detach().numpy().transpose(0, 2, 3, 1)


@pytest.mark.parametrize("isa", kernels.isas())
def test_all_directions_agree_with_torch(isa, conv_cases):
    rng = np.random.default_rng(0)
    for case in conv_cases(21, 40):
        arrays, options = case.arrays(rng, integers=False), case.options
        with kernels.use_isa(isa):
            result = case.run(arrays)
        x, w = to_torch(arrays["x"]), to_torch(arrays["w"])
        bias = torch.from_numpy(arrays["bias"].astype(np.float64)).requires_grad_()
        window = [d * (size - 1) + 1 for d, size in zip(options["dilation"], case.w_shape[1:3], strict=True)]
        (top, bottom), (left, right) = padding_sides(
            "test", options["padding"], case.x_shape[1:3], window, options["stride"]
        )
        padded = torch.nn.functional.pad(x, (left, right, top, bottom))
        y = torch.nn.functional.conv2d(
            padded, w, bias, options["stride"], 0, options["dilation"], options["groups"]
        )
        y.backward(to_torch(arrays["grad"]))
        expected = {
            "y": from_torch(y),
            "dx": from_torch(x.grad),
            "dw": from_torch(w.grad),
            "db": bias.grad.numpy(),
        }
        for name, values in expected.items():
            np.testing.assert_allclose(result[name], values, rtol=1e-5, atol=1e-4, err_msg=f"{name} {case}")


@pytest.mark.parametrize("isa", kernels.isas())
@pytest.mark.parametrize(
    ("stride", "padding", "output_padding", "dilation", "groups"),
    [(1, 0, 0, 1, 1), (2, 1, 1, 1, 1), (3, 2, (2, 0), 2, 2), ((1, 4), (0, 2), (0, 3), 1, 3)],
)
def test_the_transposed_form_agrees_with_torch(isa, stride, padding, output_padding, dilation, groups):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 7, 6, 12)).astype(np.float32)
    w = rng.standard_normal((12, 4, 5, 18 // groups)).astype(np.float32)
    bias = rng.standard_normal(18).astype(np.float32)
    options = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    with kernels.use_isa(isa):
        y = kernels.conv_transpose2d(x, w, bias, groups=groups, **options)
    expected = torch.nn.functional.conv_transpose2d(
        to_torch(x), to_torch(w), torch.from_numpy(bias.astype(np.float64)), groups=groups, **options
    )
    np.testing.assert_allclose(y, from_torch(expected), rtol=1e-5, atol=1e-4)
