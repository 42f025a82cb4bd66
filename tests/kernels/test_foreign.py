"""C functions from outside, in every form in which they can be handed in."""

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ConfigError, ShapeError
from convlab.kernels import ForeignFunction

Function = Any

FLOATS = ctypes.POINTER(ctypes.c_float)
FORM = ctypes.CFUNCTYPE(None, FLOATS, FLOATS, ctypes.c_size_t)


@FORM
def halve(x: Any, out: Any, n: int) -> None:
    np.ctypeslib.as_array(out, (n,))[...] = np.ctypeslib.as_array(x, (n,)) / 2


@FORM
def length_of_piece(x: Any, out: Any, n: int) -> None:
    np.ctypeslib.as_array(out, (n,))[...] = n


ADDRESS = ctypes.cast(halve, ctypes.c_void_p).value


class NumbaLike:
    """What matters of a numba cfunc."""

    address = ADDRESS


def capsule() -> Any:
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(ADDRESS, None, None)


@pytest.mark.parametrize(
    "function", [halve, ADDRESS, NumbaLike(), capsule()], ids=["ctypes", "int", "numba", "capsule"]
)
def test_every_form_is_taken(function: Function) -> None:
    x = np.linspace(-3, 3, 10_001, dtype=np.float32)
    out = np.empty_like(x)
    ForeignFunction(function)(x, out)
    np.testing.assert_array_equal(out, x / 2)


def test_a_function_of_a_library_is_taken(c_library: ctypes.CDLL) -> None:
    x = np.linspace(-3, 3, 1001, dtype=np.float32)
    out = np.empty_like(x)
    ForeignFunction(c_library.cube)(x, out)
    np.testing.assert_array_equal(out, x * x * x)


def test_the_pieces_are_the_same_for_any_number_of_threads() -> None:
    x = np.zeros(100_001, np.float32)
    found = []
    for threads in (1, 2, 3):
        out = np.empty_like(x)
        with kernels.use_threads(threads):
            ForeignFunction(length_of_piece)(x, out)
        found.append(out)
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert set(found[0]) == {4096.0, 100_001 % 4096}


def test_nothing_is_called_for_an_empty_array() -> None:
    ForeignFunction(length_of_piece)(np.empty(0, np.float32), np.empty(0, np.float32))


@pytest.mark.parametrize(
    ("x", "out", "message"),
    [
        (np.zeros(3, np.float64), np.zeros(3, np.float32), "x must be float32"),
        (np.zeros(3, np.float32), np.zeros(3, np.float64), "out must be float32"),
        (np.zeros(3, np.float32), np.zeros(4, np.float32), "out must have 3 values"),
        (np.zeros(6, np.float32)[::2], np.zeros(3, np.float32), "x must be C-contiguous"),
        ([1.0], np.zeros(1, np.float32), "x must be a float32 or float64 array, not list"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(x: Any, out: Any, message: str) -> None:
    with pytest.raises(ShapeError, match=f"^ForeignFunction: {message}"):
        ForeignFunction(halve)(x, out)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (len, "a compiled function must be a numba cfunc, a function of ctypes, a capsule or an address of "),
        ("halve", r"void\(const float \*x, float \*out, size_t n\), got str"),
        (0, "needs an address that is not 0, got 0"),
        (True, "needs an address that is not 0, got True"),
    ],
)
def test_anything_else_is_refused(function: Function, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ForeignFunction(function)


@pytest.fixture(scope="module")
def c_library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """A library of C, made by the compiler that there is."""
    import shutil
    import subprocess

    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    folder: Path = tmp_path_factory.mktemp("library")
    (folder / "cube.c").write_text(
        "#include <stddef.h>\n"
        "void cube(const float *x, float *out, size_t n)"
        "{ for (size_t i = 0; i < n; i++) out[i] = x[i] * x[i] * x[i]; }\n"
    )
    command = [compiler, "-shared", "-fPIC", "-O1", "-ffp-contract=off", "-o", "cube.so", "cube.c"]
    subprocess.run(command, cwd=folder, check=True)
    return ctypes.CDLL(str(folder / "cube.so"))
