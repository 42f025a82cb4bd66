"""Compiled functions that an author hands in beside the NumPy methods of an activation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from convlab.errors import PluginError


@dataclass(frozen=True)
class CompiledActivation:
    """The value and the derivative of an activation as compiled functions, which convolution fuses.

    ``void f(const float *x, float *y, int64_t n, const float *parameters)``: value writes y = f(x),
    derivative y = f'(x), given x or f(x) as `saves` says. They run on any thread without the GIL, so they
    must not call Python, and what they write may depend on nothing but x and the parameters. Only blocks are
    handed to them: x and y start at a multiple of 64 bytes and lie apart, and 64 divides n.

    Args:
        value: an address (int), a ctypes function, a PyCapsule, or an object with an int `address`, such as a
            numba.cfunc. The object is kept alive.
        derivative: in the same forms.
        parameters: what the functions get, as float32.
        saves: ``"input"`` if the derivative is one of x; ``"output"`` if it is one of f(x), which is fused in
            training too, where ``"input"`` costs a pass over memory.

    Raises:
        PluginError: another `saves`. Whether the functions can be called and agree with the NumPy methods is
            checked when a layer is built.

    Example:
        >>> CompiledActivation(value=0x7F00, derivative=0x7F40, parameters=(0.5,)).saves
        'input'
    """

    value: object
    derivative: object
    parameters: Sequence[float] = ()
    saves: Literal["input", "output"] = "input"

    def __post_init__(self) -> None:
        if self.saves not in ("input", "output"):
            raise PluginError(f"compiled activation: saves must be 'input' or 'output', got {self.saves!r}")
