"""Arrays as the compiled families outside convolution take them: float, contiguous, apart from each other."""

from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.errors import ShapeError
from convlab.kernels.memory import empty_aligned

Array = npt.NDArray[np.floating[Any]]

_FLOAT32 = np.dtype(np.float32)
_FLOAT64 = np.dtype(np.float64)
_INT64 = np.dtype(np.int64)


def input_floats(where: str, name: str, given: npt.ArrayLike) -> Array:
    """The given array itself where kernels can read it, else a contiguous copy in native byte order."""
    if type(given) is np.ndarray and (given.dtype is _FLOAT32 or given.dtype is _FLOAT64):
        flags = given.flags
        if flags.c_contiguous and flags.aligned:
            return given
    array = np.asarray(given)
    if array.dtype.kind != "f" or array.dtype.itemsize not in (4, 8):
        raise ShapeError(
            f"{where}: {name} must be float32 or float64, got {array.dtype} ({name}.shape={array.shape}); "
            f"convert it with {name}.astype(np.float32)"
        )
    return np.require(array, array.dtype.newbyteorder("="), ["C", "A"])


def input_indices(array: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The given array itself where kernels can read it, else a contiguous copy as int64."""
    flags = array.flags
    if array.dtype is _INT64 and flags.c_contiguous and flags.aligned:
        return array
    return np.require(array, np.int64, ["C", "A"])


def same_dtype(where: str, first: str, a: Array, second: str, b: Array) -> None:
    """Refuses a float32 beside a float64 array."""
    if a.dtype is not b.dtype and a.dtype != b.dtype:
        raise ShapeError(
            f"{where}: {first} is {a.dtype} and {second} is {b.dtype}; give both the same dtype, "
            f"for instance {second}.astype({first}.dtype)"
        )


def same_shape(where: str, first: str, a: Array, second: str, b: Array) -> None:
    """Refuses arrays of different shapes."""
    if a.shape != b.shape:
        raise ShapeError(f"{where}: {second}.shape={b.shape} differs from {first}.shape={a.shape}")


def channel_floats(where: str, name: str, given: npt.ArrayLike, x: Array) -> Array:
    """One value per channel, in the dtype of x."""
    values = input_floats(where, name, given)
    if values.shape != x.shape[-1:]:
        raise ShapeError(
            f"{where}: {name} must have one value per channel, shape ({x.shape[-1]},) for x.shape={x.shape}, "
            f"got {name}.shape={values.shape}"
        )
    same_dtype(where, "x", x, name, values)
    return values


def output_array(
    where: str, name: str, out: npt.NDArray[Any] | None, shape: tuple[int, ...], dtype: npt.DTypeLike
) -> npt.NDArray[Any]:
    """A new array, or the caller's if it is exactly what the kernel writes."""
    if out is None:
        return empty_aligned(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise ShapeError(f"{where}: {name} must be a NumPy array, got {type(out).__name__}")
    if out.shape != shape or out.dtype != dtype:
        raise ShapeError(
            f"{where}: {name} must have shape {shape} and dtype {np.dtype(dtype)}, "
            f"got {name}.shape={out.shape}, {name}.dtype={out.dtype}"
        )
    flags = out.flags
    if not (flags.c_contiguous and flags.aligned and flags.writeable):
        raise ShapeError(
            f"{where}: {name} must be contiguous, aligned and writable; give an array of np.empty"
        )
    return out


def refuse_overlap(where: str, name: str, out: npt.NDArray[Any], /, **inputs: npt.ArrayLike) -> None:
    """Refuses an output that shares memory with an input."""
    for other, array in inputs.items():
        if isinstance(array, np.ndarray) and _overlap(out, array):
            raise ShapeError(f"{where}: {name} overlaps {other} in memory; give an array of its own")


def refuse_partial_overlap(where: str, name: str, out: npt.NDArray[Any], /, **inputs: npt.ArrayLike) -> None:
    """Refuses an output that shares memory with an input, unless both are the same elements."""
    for other, array in inputs.items():
        if array is out or not isinstance(array, np.ndarray) or not _overlap(out, array):
            continue
        same_start = array.ctypes.data == out.ctypes.data
        if not (same_start and array.strides == out.strides and array.shape == out.shape):
            raise ShapeError(
                f"{where}: {name} overlaps {other} in memory without being {other} itself; "
                "give the same array or one of its own"
            )


def _overlap(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> bool:
    # the first test compares bounds only, and is cheap
    return np.may_share_memory(a, b) and np.shares_memory(a, b)
