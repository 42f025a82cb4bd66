"""Compiled functions of an author: what they are handed, what can be called, and where they are applied."""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import PluginError, ShapeError
from convlab.kernels._elementwise import capsule_address
from convlab.kernels.compiled_activation import compiled_activation_plan
from convlab.kernels.function_address import function_address

# Copies x times the parameter, and writes NaN wherever a promise about its arguments is broken.
STRICT = """
#include <math.h>
#include <stdint.h>
void f(const float *x, float *y, int64_t n, const float *parameters) {
    const intptr_t between = y > x ? y - x : x - y;
    const int fits = n > 0 && n <= 512 && n % 64 == 0 && between >= n;
    const int starts_well = (intptr_t)x % 64 == 0 && (intptr_t)y % 64 == 0;
    for (int64_t i = 0; i < n; i++) {
        y[i] = fits && starts_well ? x[i] * parameters[0] : NAN;
    }
}
"""

Compile = Callable[[str], ctypes.CDLL]


@pytest.fixture
def doubling(compile_c: Compile) -> kernels.CompiledActivationPlan:
    f = compile_c(STRICT).f
    return compiled_activation_plan(f, f, parameters=[2.0], saves="input", name="strict")


@pytest.mark.parametrize("n", [0, 1, 63, 64, 65, 511, 512, 513, 5000, 70_001])
def test_ways_there_and_back_of_any_length(doubling: Any, each_isa: str, n: int) -> None:
    x, grad, out = np.random.default_rng(n).standard_normal((3, n + 1)).astype(np.float32)
    x, grad, out = x[1:], grad[1:], out[1:]  # not at a cache line
    doubling.forward(x, out)
    np.testing.assert_array_equal(out, 2 * x)
    doubling.sum_forward(x, grad, out)
    np.testing.assert_array_equal(out, 2 * (x + grad))
    doubling.sum_backward(x, x, grad, out)
    np.testing.assert_array_equal(out, (x + grad) * (2 * x))


@pytest.mark.parametrize("n", [1, 513, 70_001])
def test_value_and_slope_in_one_pass_are_those_of_two(doubling: Any, each_isa: str, n: int) -> None:
    x, out = np.random.default_rng(n).standard_normal((2, n)).astype(np.float32)
    expected = 2 * x
    doubling.sloped_forward(x, out, x)
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(x, expected)  # its derivative is the same function


def test_in_place_gives_what_apart_gives(doubling: Any) -> None:
    x, grad = np.random.default_rng(0).standard_normal((2, 777)).astype(np.float32)
    expected, slope = 2 * x, grad * (2 * x)
    for target in ("saved", "grad"):
        arrays = {"saved": x.copy(), "grad": grad.copy()}
        doubling.backward(arrays["saved"], arrays["grad"], arrays[target])
        np.testing.assert_array_equal(arrays[target], slope)
    doubling.forward(x, x)
    np.testing.assert_array_equal(x, expected)


@pytest.mark.parametrize("precision", ["float32", "fast"])
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(
    ("x_shape", "w_shape", "options"),
    [
        ((2, 13, 11, 5), (7, 3, 3, 5), {"padding": 1}),
        ((4, 32, 32, 32), (32, 3, 3, 32), {"padding": 1}),
        ((2, 9, 9, 64), (80, 1, 1, 64), {}),
        ((3, 16, 16, 24), (24, 3, 3, 1), {"groups": 24}),
        ((1, 40, 40, 16), (33, 5, 5, 16), {"stride": 2}),
        ((300, 1, 1, 200), (130, 1, 1, 200), {}),
    ],
)
def test_every_convolution_keeps_the_promises(
    doubling: Any, precision: str, threads: int, x_shape: Any, w_shape: Any, options: dict[str, Any]
) -> None:
    rng = np.random.default_rng(1)
    x, w = (rng.standard_normal(shape).astype(np.float32) for shape in (x_shape, w_shape))
    bias = rng.standard_normal(w_shape[0]).astype(np.float32)
    for isa in kernels.isas():
        with kernels.use_isa(isa), kernels.use_threads(threads), kernels.use_precision(precision):
            expected = 2 * kernels.conv2d(x, w, bias, **options)
            np.testing.assert_array_equal(
                kernels.conv2d(x, w, bias, activation=doubling, **options), expected, err_msg=isa
            )


def test_dense_fuses_it(doubling: Any, each_isa: str) -> None:
    x, w = np.random.default_rng(2).standard_normal((2, 9, 9)).astype(np.float32)
    np.testing.assert_array_equal(kernels.dense(x, w, activation=doubling), 2 * kernels.dense(x, w))


def test_float64_is_refused(doubling: Any) -> None:
    x = np.zeros(3)
    with pytest.raises(ShapeError, match="strict is compiled for float32, got float64"):
        doubling.forward(x, x)


def test_functions_come_in_all_forms(compile_c: Compile) -> None:
    f = compile_c(STRICT).f
    address = ctypes.cast(f, ctypes.c_void_p).value
    assert address is not None

    class Numba:
        def __init__(self) -> None:
            self.address = address

    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    name = b"void (float const *, float *, int64_t, float const *)"
    typed = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p)(address)
    forms: list[object] = [f, address, Numba(), new(address, name, None), new(address, None, None), typed]
    assert [function_address("here", form) for form in forms] == [address] * len(forms)
    assert capsule_address(address) is None


class Nothing:
    address = None


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (0, "cube: compiled value is NULL; give an address"),
        (ctypes.CFUNCTYPE(None)(), "cube: compiled value is NULL"),
        (True, "is no compiled function, got True"),
        (None, "is no compiled function, got None"),
        (len, "is no compiled function, got <built-in function len>"),
        (1.5, "is no compiled function, got 1.5; give an address"),
        (Nothing(), "is no compiled function"),
        (ctypes.c_void_p(64), "is no compiled function"),
        (64, "there is no code at address 0x40"),
        (-64, "there is no code at address -0x40"),
        (2**70, "there is no code at address 0x4"),
        pytest.param(id(len), "there is no code at address", id="an object"),  # another number every time
    ],
)
def test_what_cannot_be_called_is_refused(function: object, message: str) -> None:
    with pytest.raises(PluginError, match=message):
        compiled_activation_plan(function, function, saves="input", name="cube")


def test_a_system_that_does_not_tell_what_is_code_is_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr("convlab.kernels.function_address._MAPS", tmp_path / "maps")
    assert function_address("here", 64) == 64


def test_a_plan_keeps_its_functions_alive(compile_c: Compile) -> None:
    class Owner:
        address = ctypes.cast(compile_c(STRICT).f, ctypes.c_void_p).value
        alive = 0

        def __init__(self) -> None:
            type(self).alive += 1

        def __del__(self) -> None:
            type(self).alive -= 1

    plan = compiled_activation_plan(Owner(), Owner(), parameters=[3.0], saves="input", name="owned")
    convolution = kernels.Conv2DPlan((1, 1, 1, 1), (1, 1, 1, 1), activation=plan)
    del plan
    assert Owner.alive == 2
    y = np.empty((1, 1, 1, 1), np.float32)
    convolution.forward(np.ones_like(y), np.ones_like(y), None, y)
    assert y.item() == 3
    del convolution
    assert Owner.alive == 0
