"""What an activation is to the engine."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from convlab.contracts.compiled_activation import CompiledActivation
from convlab.contracts.parameter import Array, Parameter

# E[f(z)^2] under the normal density is integrated on this grid; the tails beyond hold less than 1e-22.
_GRID_LIMIT, _GRID_POINTS = 10.0, 20_001


@dataclass(frozen=True)
class ActivationPlace:
    """The layer that an activation is applied in, and what it can ask for there.

    Attributes:
        channels: size of the last axis of what it is applied to.
        declare: ``(name, initial)`` adds a learned parameter ``<layer>.activation_<name>`` to the model;
            `initial` is (C,) or (1,). The values are there once the model is built.
        random: ``()`` gives the generator of this layer at this step of training, a new one with the same
            numbers at every call; None in inference.
    """

    channels: int
    declare: Callable[[str, Array], Parameter]
    random: Callable[[], np.random.Generator | None]


class Activation(ABC):
    """An elementwise function with its derivative, written into buffers that the caller gives.

    A subclass defines `value` and `derivative`, for float32 and float64 arrays of any shape. One that the
    compiled core knows also sets `native`, one whose author has compiled functions sets `compiled`, and the
    engine then fuses it into convolution.

    Attributes:
        native: name of the compiled kernel, or None.
        compiled: compiled functions, which take the place of `value` and `derivative` in float32; or None.

    Example:
        >>> class Square(Activation):
        ...     def value(self, x, out):
        ...         np.multiply(x, x, out=out)
        ...     def derivative(self, x, out):
        ...         np.multiply(x, 2.0, out=out)
        >>> round(Square().gain, 4)  # 1 / sqrt(E[z^4]) = 1 / sqrt(3)
        0.5774
    """

    native: ClassVar[str | None] = None
    compiled: CompiledActivation | None = None

    @property
    def native_parameters(self) -> Mapping[str, float]:
        """Arguments of the compiled kernel, by name."""
        return {}

    @abstractmethod
    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`, an array of x's shape and dtype; `x` stays as it is."""

    @abstractmethod
    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`, an array of x's shape and dtype; `x` stays as it is."""

    def placed(self, place: ActivationPlace) -> "Activation":
        """The activation as one layer uses it: itself, unless it learns or draws random numbers.

        One object may be placed in many layers, so that an override returns a copy.
        """
        return self

    def learns(self) -> bool:
        """Whether it has parameters that an optimizer updates; see `LearnedActivation`."""
        return False

    def backward_parameters(self, x: Array, gradient: Array, scratch: Array) -> None:  # noqa: B027
        """Computes the gradients of what it learns; by default nothing.

        Args:
            x: (N, ..., C), what the activation was applied to; stays as it is.
            gradient: of the loss to f(x), of x's shape; stays as it is.
            scratch: to write over, of x's shape.
        """

    @cached_property
    def gain(self) -> float:
        """Factor for the weights in front: 1/sqrt(E[f(z)^2]) for z normal, found numerically.

        With weights of variance gain^2/fan_in the mean square of the signal is kept from layer to layer.

        References:
            He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015, section 2.2, for any f in place of relu.
        """
        z = np.linspace(-_GRID_LIMIT, _GRID_LIMIT, _GRID_POINTS)
        out = np.empty_like(z)
        self.value(z, out)
        density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        mean_square = float(np.trapezoid(out * out * density, z))
        return 1.0 / float(np.sqrt(mean_square)) if mean_square > 0 else 1.0
