"""Checks of the arguments of kernels: every message names function, argument, value and remedy."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from convlab.errors import ConfigError, ShapeError
from convlab.kernels.elementwise import ActivationPlan, plan_of
from convlab.kernels.memory import empty_aligned

# An array of 16 GiB (float32) is a slip in a shape rather than a wish; and up to here no offset that the
# kernels compute, in elements or in bytes, leaves 64 bits.
MAX_ELEMENTS = 2**32
# A longer stride or dilation reaches beyond every array; products with array sizes stay within 64 bits.
MAX_NUMBER = 2**30

# Made once: these checks run with every call.
_BOOLS, _INTEGERS, _SEQUENCES = (bool, np.bool_), (int, np.integer), (tuple, list, np.ndarray)

FloatArray = NDArray[np.floating]
Pair = tuple[int, int]
Padding = int | str | Sequence[int] | Sequence[Sequence[int]]
Activation = str | tuple[str, Mapping[str, float]] | ActivationPlan


class ConvGeometry(NamedTuple):
    """The sizes of one two-dimensional convolution, all checked."""

    n: int
    h: int
    w: int
    c: int
    k: int
    r: int
    s: int
    groups: int
    stride: Pair
    dilation: Pair
    pad_top: int
    pad_bottom: int
    pad_left: int
    pad_right: int
    out_h: int
    out_w: int

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """(n, h, w, c)"""
        return self.n, self.h, self.w, self.c

    @property
    def kernel_shape(self) -> tuple[int, int, int, int]:
        """(k, r, s, c / groups)"""
        return self.k, self.r, self.s, self.c // self.groups

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        """(n, out_h, out_w, k)"""
        return self.n, self.out_h, self.out_w, self.k


def float_array(function: str, name: str, value: object, like: FloatArray | None = None) -> FloatArray:
    """The value as a contiguous, aligned array in native byte order; copied only where it is not one yet.

    Args:
        function: for messages, as the next.
        name: of the argument.
        value: what the user gave.
        like: an array whose dtype it has to have; the first argument of the function.

    Returns:
        A float32 or float64 array.

    Raises:
        ShapeError: another dtype, or not that of ``like``.

    Example:
        >>> float_array("conv2d", "x", np.zeros((2, 3), np.float32)[:, ::-1]).flags.c_contiguous
        True
    """
    array = np.asarray(value)
    if array.dtype.kind != "f" or array.dtype.itemsize not in (4, 8):
        raise ShapeError(
            f"{function}: {name} must be float32 or float64, not {array.dtype}; "
            f"convert it with {name}.astype('float32')"
        )
    if like is not None and array.dtype.itemsize != like.dtype.itemsize:
        raise ShapeError(
            f"{function}: {name} is {array.dtype}, but the first argument is {like.dtype}; "
            f"convert it with {name}.astype('{like.dtype}')"
        )
    native = array.dtype.newbyteorder("=")
    return cast(FloatArray, np.require(array, native, ["C", "A"]))


def check_rank(function: str, name: str, shape: Sequence[int], axes: str) -> None:
    """Raises ShapeError unless the shape has as many axes as ``axes`` names, such as ``(n, h, w, c)``."""
    if len(shape) != axes.count(",") + 1:
        raise ShapeError(
            f"{function}: {name} must have {axes.count(',') + 1} axes {axes}, got {len(shape)} "
            f"({name}.shape={tuple(shape)})"
        )


def check_shape(function: str, name: str, shape: Sequence[int], expected: Sequence[int]) -> None:
    """Raises ShapeError unless both shapes are equal."""
    if tuple(shape) != tuple(expected):
        raise ShapeError(f"{function}: {name} must have shape {tuple(expected)}, got {tuple(shape)}")


def check_size(function: str, name: str, shape: Sequence[int]) -> None:
    """Raises ShapeError when an array of that shape would have more than MAX_ELEMENTS elements."""
    elements = 1
    for length in shape:
        elements *= int(length)
    if elements > MAX_ELEMENTS:
        raise ShapeError(
            f"{function}: {name} would have {elements} elements (shape {tuple(shape)}), "
            f"more than the limit of {MAX_ELEMENTS}; use a smaller shape"
        )


def output_array(
    function: str,
    name: str,
    out: FloatArray | None,
    shape: tuple[int, ...],
    inputs: dict[str, FloatArray],
) -> FloatArray:
    """The array to write to: a new one, or the one given, which has to be exact.

    Args:
        function: for messages, as the next.
        name: of the argument.
        out: what the user gave, or None.
        shape: what it must have.
        inputs: name -> array it must not overlap; the first one gives the dtype.

    Returns:
        A contiguous writable array of that shape.

    Raises:
        ShapeError: ``out`` has another shape or dtype, cannot be written, or overlaps an input.

    Example:
        >>> output_array("conv2d", "out", None, (2, 2), {"x": np.zeros(3, np.float32)}).dtype.name
        'float32'
    """
    dtype = next(iter(inputs.values())).dtype
    if out is None:
        check_size(function, name, shape)
        return empty_aligned(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise ShapeError(f"{function}: {name} must be an array, not {type(out).__name__}")
    check_shape(function, name, out.shape, shape)
    if out.dtype != dtype:
        raise ShapeError(f"{function}: {name} must be {dtype} as the inputs are, got {out.dtype}")
    if not out.flags.writeable:
        raise ShapeError(f"{function}: {name} is read-only; give it memory that can be written")
    if not (out.flags.c_contiguous and out.flags.aligned):
        raise ShapeError(f"{function}: {name} must be C-contiguous and aligned, as numpy.empty makes it")
    for other, array in inputs.items():
        if np.may_share_memory(out, array):
            raise ShapeError(f"{function}: {name} overlaps {other} in memory; give it memory of its own")
    return out


def whole_number(function: str, name: str, value: object, least: int) -> int:
    """The value as an int from ``least`` to MAX_NUMBER; bool and float are refused."""
    if isinstance(value, _BOOLS) or not isinstance(value, _INTEGERS) or value < least:
        raise ShapeError(f"{function}: {name} must be a whole number >= {least}, got {value!r}")
    if value > MAX_NUMBER:
        raise ShapeError(f"{function}: {name} must be at most {MAX_NUMBER}, got {value!r}")
    return int(value)


def pair(function: str, name: str, value: object, least: int = 1) -> Pair:
    """A number for both directions, or (vertical, horizontal)."""
    if isinstance(value, _SEQUENCES):
        if len(value) != 2:
            raise ShapeError(
                f"{function}: {name} must be one number or (vertical, horizontal), got {value!r}"
            )
        return whole_number(function, name, value[0], least), whole_number(function, name, value[1], least)
    number = whole_number(function, name, value, least)
    return number, number


def padding_sides(
    function: str, padding: object, sizes: Pair, window: Pair, stride: Pair
) -> tuple[Pair, Pair]:
    """Padding in any of its forms as ((top, bottom), (left, right)).

    Args:
        function: for messages.
        padding: int, (vertical, horizontal), ((top, bottom), (left, right)), ``"same"`` or ``"valid"``.
        sizes: height and width of the input.
        window: height and width of the window, dilation included.
        stride: vertical and horizontal.

    Returns:
        Four numbers >= 0; ``"same"`` gives ceil(size / stride) outputs, the odd pixel at bottom or right.

    Raises:
        ShapeError: any other form, or a negative number.

    Example:
        >>> padding_sides("conv2d", "same", (8, 8), (3, 4), (1, 1))
        ((1, 1), (1, 2))
    """
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ShapeError(f"{function}: padding must be numbers, 'same' or 'valid', got {padding!r}")
        totals = [
            max((-(-size // step) - 1) * step + extent - size, 0) if padding == "same" else 0
            for size, step, extent in zip(sizes, stride, window, strict=True)
        ]
        vertical, horizontal = ((total // 2, total - total // 2) for total in totals)
        return vertical, horizontal
    if isinstance(padding, _SEQUENCES) and len(padding) == 2:
        return (
            pair(function, "padding", padding[0], 0),
            pair(function, "padding", padding[1], 0),
        )
    number = whole_number(function, "padding", padding, 0)
    return (number, number), (number, number)


def conv_geometry(
    function: str,
    input_shape: Sequence[int],
    kernel_shape: Sequence[int],
    stride: object,
    padding: object,
    dilation: object,
    groups: object,
    names: tuple[str, str] = ("x", "w"),
) -> ConvGeometry:
    """All sizes of a convolution from its shapes and options, checked without allocating anything.

    Args:
        function: for messages.
        input_shape: (n, h, w, c).
        kernel_shape: (k, r, s, c / groups).
        stride: number >= 1 or (vertical, horizontal).
        padding: see `padding_sides`.
        dilation: number >= 1 or (vertical, horizontal).
        groups: divides c and k.
        names: how messages call the array of the input and of the kernel.

    Returns:
        The sizes; out = (in + pads - dilation * (window - 1) - 1) // stride + 1.

    Raises:
        ShapeError: sizes that do not fit each other or are too large.

    Example:
        >>> conv_geometry("conv2d", (8, 32, 32, 4), (16, 3, 3, 4), 2, "same", 1, 1).output_shape
        (8, 16, 16, 16)
    """
    x, w = names
    check_rank(function, x, input_shape, "(n, h, w, c)")
    check_rank(function, w, kernel_shape, "(k, r, s, c / groups)")
    n = whole_number(function, f"{x}.shape[0]", input_shape[0], 0)
    height, width, c = (whole_number(function, f"each of {x}.shape[1:]", size, 1) for size in input_shape[1:])
    k, r, s, c_group = (whole_number(function, f"each of {w}.shape", size, 1) for size in kernel_shape)
    check_size(function, x, input_shape)
    check_size(function, w, kernel_shape)
    stride_pair, dilation_pair = pair(function, "stride", stride), pair(function, "dilation", dilation)
    groups = _groups(
        function,
        groups,
        c,
        c_group,
        k,
        f"({x}.shape={(n, height, width, c)}, {w}.shape={(k, r, s, c_group)})",
        names,
    )
    window = dilation_pair[0] * (r - 1) + 1, dilation_pair[1] * (s - 1) + 1
    (top, bottom), (left, right) = padding_sides(function, padding, (height, width), window, stride_pair)
    padded = height + top + bottom, width + left + right
    if window[0] > padded[0] or window[1] > padded[1]:
        raise ShapeError(
            f"{function}: the kernel of {r}x{s} (dilation {dilation_pair}: {window[0]}x{window[1]}) is "
            f"larger than the padded input of {padded[0]}x{padded[1]}; use a smaller kernel or more padding"
        )
    check_size(function, f"{x} with its padding", (n, *padded, c))
    out_h = (padded[0] - window[0]) // stride_pair[0] + 1
    out_w = (padded[1] - window[1]) // stride_pair[1] + 1
    check_size(function, "the output", (n, out_h, out_w, k))
    return ConvGeometry(
        n,
        height,
        width,
        c,
        k,
        r,
        s,
        groups,
        stride_pair,
        dilation_pair,
        top,
        bottom,
        left,
        right,
        out_h,
        out_w,
    )


def _groups(
    function: str, value: object, c: int, c_group: int, k: int, shapes: str, names: tuple[str, str]
) -> int:
    groups = whole_number(function, "groups", value, 1)
    x, w = names
    if c_group * groups != c:
        per_group = f"{c_group} x {groups} groups = " if groups > 1 else ""
        raise ShapeError(
            f"{function}: {w} expects {per_group}{c_group * groups} input channels, {x} has {c} {shapes}"
        )
    if k % groups:
        raise ShapeError(
            f"{function}: the {k} output channels must be divisible by groups (={groups}) {shapes}"
        )
    return groups


def planned_activation(function: str, activation: Activation | None) -> ActivationPlan | None:
    """An activation in any of its forms as a plan.

    Args:
        function: for messages.
        activation: None, a name, (name, parameters), or a plan; see `elementwise.native_activations`.

    Returns:
        None where there is nothing to apply.

    Raises:
        ConfigError: another form, an unknown name or parameter, or a value out of range.

    Example:
        >>> planned_activation("conv2d", ("elu", {"alpha": 0.5})).saves
        'output'
    """
    if activation is None:
        return None
    if not isinstance(activation, ActivationPlan):
        name, parameters = (activation, {}) if isinstance(activation, str) else _split(function, activation)
        activation = plan_of(function, name, parameters)
    return None if activation.name == "linear" else activation


def _split(function: str, activation: object) -> tuple[str, Mapping[str, float]]:
    match activation:
        case (str(name), Mapping() as parameters):
            return name, parameters
    raise ConfigError(
        f"{function}: activation must be None, a name, (name, parameters) or a plan, got {activation!r}"
    )
