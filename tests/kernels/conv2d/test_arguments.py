"""Arguments of the convolution functions: what must raise, with its message, and what must work."""

import re

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ConfigError, ShapeError

X = np.ones((2, 8, 8, 4), np.float32)
W = np.ones((6, 3, 3, 4), np.float32)
Y = np.ones((2, 6, 6, 6), np.float32)


def read_only(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flags.writeable = False
    return array


BAD_CONV2D = [
    ({"x": X[0]}, "conv2d: x must have 4 axes (n, h, w, c), got 3 (x.shape=(8, 8, 4))"),
    ({"w": W[0]}, "conv2d: w must have 4 axes (k, r, s, c / groups), got 3 (w.shape=(3, 3, 4))"),
    (
        {"w": W[..., :3]},
        "conv2d: w expects 3 input channels, x has 4 (x.shape=(2, 8, 8, 4), w.shape=(6, 3, 3, 3))",
    ),
    ({"groups": 2}, "conv2d: w expects 4 x 2 groups = 8 input channels, x has 4"),
    ({"w": W[:5, ..., :2], "groups": 2}, "conv2d: the 5 output channels must be divisible by groups (=2)"),
    ({"groups": 0}, "conv2d: groups must be a whole number >= 1, got 0"),
    ({"groups": True}, "conv2d: groups must be a whole number >= 1, got True"),
    ({"stride": 0}, "conv2d: stride must be a whole number >= 1, got 0"),
    ({"stride": (1, -2)}, "conv2d: stride must be a whole number >= 1, got -2"),
    ({"stride": 1.5}, "conv2d: stride must be a whole number >= 1, got 1.5"),
    ({"stride": (1, 2, 3)}, "conv2d: stride must be one number or (vertical, horizontal), got (1, 2, 3)"),
    ({"stride": "2"}, "conv2d: stride must be a whole number >= 1, got '2'"),
    ({"dilation": 0}, "conv2d: dilation must be a whole number >= 1, got 0"),
    ({"padding": -1}, "conv2d: padding must be a whole number >= 0, got -1"),
    ({"padding": ((0, 0), (0, -3))}, "conv2d: padding must be a whole number >= 0, got -3"),
    ({"padding": "full"}, "conv2d: padding must be numbers, 'same' or 'valid', got 'full'"),
    ({"padding": None}, "conv2d: padding must be a whole number >= 0, got None"),
    (
        {"dilation": 4},
        "conv2d: the kernel of 3x3 (dilation (4, 4): 9x9) is larger than the padded input of 8x8; "
        "use a smaller kernel or more padding",
    ),
    (
        {"x": X.astype(int)},
        "conv2d: x must be float32 or float64, not int64; convert it with x.astype('float32')",
    ),
    ({"x": X.astype(bool)}, "conv2d: x must be float32 or float64, not bool"),
    ({"x": X.astype(object)}, "conv2d: x must be float32 or float64, not object"),
    ({"x": X.astype(np.complex64)}, "conv2d: x must be float32 or float64, not complex64"),
    ({"x": X.astype(np.float16)}, "conv2d: x must be float32 or float64, not float16"),
    ({"x": X.astype(np.longdouble)}, "conv2d: x must be float32 or float64, not"),
    (
        {"w": W.astype(np.float64)},
        "conv2d: w is float64, but the first argument is float32; convert it with w.astype('float32')",
    ),
    ({"bias": np.ones(5, np.float32)}, "conv2d: bias must have shape (6,), got (5,)"),
    ({"bias": np.ones(6)}, "conv2d: bias is float64, but the first argument is float32"),
    ({"out": Y[:1]}, "conv2d: out must have shape (2, 6, 6, 6), got (1, 6, 6, 6)"),
    ({"out": Y.astype(np.float64)}, "conv2d: out must be float32 as the inputs are, got float64"),
    ({"out": Y.astype(">f4")}, "conv2d: out must be float32 as the inputs are, got >f4"),
    ({"out": read_only(Y)}, "conv2d: out is read-only; give it memory that can be written"),
    ({"out": Y[:, ::-1]}, "conv2d: out must be C-contiguous and aligned, as numpy.empty makes it"),
    ({"out": Y.tolist()}, "conv2d: out must be an array, not list"),
    (
        {"x": X[:, :, :, :0], "w": W[..., :0]},
        "conv2d: each of x.shape[1:] must be a whole number >= 1, got 0",
    ),
    ({"x": X[:, :0]}, "conv2d: each of x.shape[1:] must be a whole number >= 1, got 0"),
    ({"w": W[:0]}, "conv2d: each of w.shape must be a whole number >= 1, got 0"),
    (
        {"padding": 10**6},
        "conv2d: x with its padding would have 32000256000512 elements (shape (2, 2000008, 2000008, 4)), "
        "more than the limit of 4294967296; use a smaller shape",
    ),
    ({"stride": 10**30}, "conv2d: stride must be at most 1073741824, got 1000000000000000000000000000000"),
    ({"dilation": (1, 2**31)}, "conv2d: dilation must be at most 1073741824, got 2147483648"),
    ({"padding": 10**25}, "conv2d: padding must be at most 1073741824, got 10000000000000000000000000"),
]


@pytest.mark.parametrize(("change", "message"), BAD_CONV2D, ids=range(len(BAD_CONV2D)))
def test_bad_arguments_of_conv2d_raise(change, message):
    arguments = {"x": X, "w": W, **change}
    before = X.copy(), W.copy()
    with pytest.raises(ShapeError, match=re.escape(message)):
        kernels.conv2d(**arguments)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(W, before[1])


def test_bad_activations_raise():
    with pytest.raises(ConfigError, match="no activation named 'rleu'; did you mean 'relu'"):
        kernels.conv2d(X, W, activation="rleu")
    with pytest.raises(
        ConfigError, match=r"conv2d: activation must be None, a name, \(name, parameters\) or a plan, got 7"
    ):
        kernels.conv2d(X, W, activation=7)


BAD_BACKWARD = [
    (
        lambda: kernels.conv2d_backward_input(Y[:1], W, X.shape),
        "conv2d_backward_input: grad must have shape (2, 6, 6, 6), got (1, 6, 6, 6)",
    ),
    (
        lambda: kernels.conv2d_backward_input(Y, W, (2, 8, 8)),
        "conv2d_backward_input: input must have 4 axes (n, h, w, c), got 3",
    ),
    (
        lambda: kernels.conv2d_backward_input(Y, W, (2, 8, 8, 3)),
        "conv2d_backward_input: w expects 4 input channels, input has 3",
    ),
    (
        lambda: kernels.conv2d_backward_input(Y, W, (2, 8.0, 8, 4)),
        "conv2d_backward_input: each of input.shape[1:] must be a whole number >= 1, got 8.0",
    ),
    (
        lambda: kernels.conv2d_backward_input(Y, W, (2, 10**9, 10**9, 4)),
        "conv2d_backward_input: input would have 8000000000000000000 elements",
    ),
    (
        lambda: kernels.conv2d_backward_input(Y, W, (2, 10**10, 8, 4)),
        "conv2d_backward_input: each of input.shape[1:] must be at most 1073741824, got 10000000000",
    ),
    (
        lambda: kernels.conv2d_backward_weight(X, Y, (6, 3, 3, 5)),
        "conv2d_backward_weight: kernel expects 5 input channels, x has 4",
    ),
    (
        lambda: kernels.conv2d_backward_weight(X, Y[..., :5], W.shape),
        "conv2d_backward_weight: grad must have shape (2, 6, 6, 6), got (2, 6, 6, 5)",
    ),
    (
        lambda: kernels.conv2d_backward_weight(X, Y, W.shape, out_bias=np.ones(7, np.float32)),
        "conv2d_backward_weight: out_bias must have shape (6,), got (7,)",
    ),
    (
        lambda: kernels.conv2d_backward_weight(X, Y.astype(np.float64), W.shape),
        "conv2d_backward_weight: grad is float64, but the first argument is float32",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD_BACKWARD, ids=range(len(BAD_BACKWARD)))
def test_bad_arguments_of_the_gradients_raise(call, message):
    with pytest.raises(ShapeError, match=re.escape(message)):
        call()


def test_outputs_that_overlap_inputs_raise():
    memory = np.ones(4096, np.float32)
    x, w = memory[:512].reshape(2, 8, 8, 4), memory[1024 : 1024 + 216].reshape(6, 3, 3, 4)
    for name, start in {"x": 400, "w": 1020}.items():
        out = memory[start : start + 432].reshape(2, 6, 6, 6)
        with pytest.raises(
            ShapeError, match=f"conv2d: out overlaps {name} in memory; give it memory of its own"
        ):
            kernels.conv2d(x, w, out=out)
    square = np.ones((1, 4, 4, 1), np.float32)
    with pytest.raises(ShapeError, match="out overlaps grad in memory"):
        kernels.conv2d_backward_input(square, np.ones((1, 1, 1, 1), np.float32), square.shape, out=square)
    with pytest.raises(ShapeError, match="out overlaps x in memory"):
        kernels.conv2d_backward_weight(x, Y, W.shape, out=memory[:216].reshape(W.shape))
    with pytest.raises(ShapeError, match="out_bias overlaps out in memory"):
        kernels.conv2d_backward_weight(X, Y, W.shape, out=w, out_bias=memory[1024:1030])


def odd_forms(array: np.ndarray) -> dict[str, np.ndarray]:
    """The same values in memory that kernels cannot read as it is."""
    bytes_behind = np.zeros(array.nbytes + 1, np.uint8)
    misaligned = bytes_behind[1:].view(array.dtype).reshape(array.shape)
    misaligned[...] = array
    return {
        "strided": np.repeat(array, 2, axis=2)[:, :, ::2],
        "negative strides": array[:, ::-1].copy()[:, ::-1],
        "fortran": np.asfortranarray(array),
        "misaligned": misaligned,
        "read-only": read_only(array),
        "byte-swapped": array.astype(array.dtype.newbyteorder()),
        "zero strides": np.broadcast_to(array[:1, :1], array.shape),
    }


@pytest.mark.parametrize("form", sorted(odd_forms(X)))
def test_arrays_of_any_layout_work(form):
    rng = np.random.default_rng(0)
    x, w, grad = (odd_forms(rng.integers(-4, 5, a.shape).astype(np.float32))[form] for a in (X, W, Y))
    plain = [np.ascontiguousarray(a, np.float32) for a in (x, w, grad)]
    np.testing.assert_array_equal(kernels.conv2d(x, w), kernels.conv2d(plain[0], plain[1]))
    np.testing.assert_array_equal(
        kernels.conv2d_backward_input(grad, w, x.shape),
        kernels.conv2d_backward_input(plain[2], plain[1], x.shape),
    )
    actual = kernels.conv2d_backward_weight(x, grad, w.shape)
    expected = kernels.conv2d_backward_weight(plain[0], plain[2], w.shape)
    for a, b in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_no_input_is_changed(conv_cases):
    for case in conv_cases(3, 50):
        arrays = case.arrays(np.random.default_rng(0), integers=False)
        before = {name: values.copy() for name, values in arrays.items()}
        case.run(arrays)
        for name, values in arrays.items():
            np.testing.assert_array_equal(values, before[name])


def test_out_is_returned():
    out = np.empty_like(Y)
    assert kernels.conv2d(X, W, out=out) is out
    dx, dw, db = np.empty_like(X), np.empty_like(W), np.empty(6, np.float32)
    assert kernels.conv2d_backward_input(Y, W, X.shape, out=dx) is dx
    assert kernels.conv2d_backward_weight(X, Y, W.shape, out=dw, out_bias=db)[0] is dw
