"""An activation made fast: C functions in place of its NumPy code, held to it by the kit."""

import ctypes
from typing import Any

import numpy as np
import pytest

from convlab import Model
from convlab.plugin import Activation, Array, Conv2D, Dense, Flatten, compiled
from convlab.registry import Offer
from convlab.testing import Subject, checks, run_check

FLOATS = ctypes.POINTER(ctypes.c_float)
FORM = ctypes.CFUNCTYPE(None, FLOATS, FLOATS, ctypes.c_size_t)


def arrays(x: Any, out: Any, n: int) -> tuple[Array, Array]:
    return np.ctypeslib.as_array(x, (n,)), np.ctypeslib.as_array(out, (n,))


@FORM
def square(x: Any, out: Any, n: int) -> None:
    values, results = arrays(x, out, n)
    np.multiply(values, values, out=results)


@FORM
def doubled(x: Any, out: Any, n: int) -> None:
    values, results = arrays(x, out, n)
    np.multiply(values, 2, out=results)


@FORM
def tripled(x: Any, out: Any, n: int) -> None:
    values, results = arrays(x, out, n)
    np.multiply(values, 3, out=results)


class Square(Activation):
    def value(self, x: Array, out: Array) -> None:
        """Writes x^2."""
        np.multiply(x, x, out=out)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes 2 x."""
        np.multiply(x, 2, out=out)


@compiled(square, doubled)
class Fast(Square):
    pass


@compiled(square, tripled)
class Wrong(Square):
    pass


class OfFloat64Alone(Square):
    def value(self, x: Array, out: Array) -> None:
        assert x.dtype == np.float64 or not x.flags.c_contiguous
        super().value(x, out)


@compiled(square, doubled)
class Checked(OfFloat64Alone):
    pass


def failures(kind: Any) -> dict[str, str]:
    subject = Subject(Offer("activation", "square", kind, "p", "d", "1"))
    outcomes = [run_check(check, subject) for check in checks("activation")]
    return {
        item.check.name: item.message
        for item in outcomes
        if item.status == "failed" and not item.check.name.startswith("docstring")
    }


def test_the_kit_finds_nothing_in_a_good_one() -> None:
    assert failures(Fast) == {}


def test_the_kit_finds_a_c_function_that_computes_something_else() -> None:
    found = failures(Wrong)
    assert list(found) == ["float32_agrees_with_float64"]
    assert "derivative in float32 beside float64" in found["float32_agrees_with_float64"]


def test_float32_goes_to_c_and_the_rest_to_numpy() -> None:
    x = np.linspace(-1, 1, 12, dtype=np.float32)
    for given in (x, x.astype(np.float64), x[::2]):
        out = np.empty_like(given)
        Checked().value(given, out)
        np.testing.assert_array_equal(out, given * given)


def test_the_methods_keep_their_docstrings_and_the_base_its_methods() -> None:
    assert Fast.value.__doc__ == "Writes x^2."
    assert Square.value is not Fast.value


@pytest.mark.parametrize("training", [True, False])
def test_a_network_computes_the_same(training: bool) -> None:
    x = np.random.default_rng(0).standard_normal((4, 6, 6, 1)).astype(np.float32)
    found = []
    for activation in (Fast(), Square()):
        model = Model([Conv2D(3, 3, activation=activation), Flatten(), Dense(2)], (6, 6, 1))
        outputs = model.forward(x, training=training).copy()
        if training:
            model.backward(np.ones_like(outputs))
        found.append((outputs, model.parameters.gradients.copy()))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
