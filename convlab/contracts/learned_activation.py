"""What an activation with parameters of its own is to the engine."""

from abc import abstractmethod
from collections.abc import Mapping
from copy import copy
from typing import Self

import numpy as np

from convlab.contracts.activation import Activation, ActivationPlace
from convlab.contracts.parameter import Array, Parameter


class LearnedActivation(Activation):
    """An activation with parameters that are learned beside the weights.

    A subclass says what the parameters are at first, and gives the value and all derivatives, for which it
    asks for the parameters with `parameter`. The object itself stays a description: every layer works with a
    copy of its own, made by `placed`, whose parameters are part of the model, saved with it and never
    decayed. Without a layer, `value`, `derivative` and `gain` are those of the initial parameters.

    Example:
        >>> class Scaled(LearnedActivation):
        ...     def initial_parameters(self, channels):
        ...         return {"scale": np.ones(channels)}
        ...     def value(self, x, out):
        ...         np.multiply(x, self.parameter("scale", x), out=out)
        ...     def derivative(self, x, out):
        ...         out[...] = self.parameter("scale", x)
        ...     def parameter_derivative(self, name, x, out):
        ...         np.copyto(out, x)
        >>> import convlab
        >>> from convlab.layers import Dense
        >>> model = convlab.Model([Dense(5, activation=Scaled())], input_shape=(3,))
        >>> [parameter.name for parameter in model.parameters]
        ['dense1.weight', 'dense1.bias', 'dense1.activation_scale']
    """

    _placed: Mapping[str, Parameter] | None = None

    @abstractmethod
    def initial_parameters(self, channels: int) -> Mapping[str, Array]:
        """The parameters by name with their values before training.

        Args:
            channels: channels of the layer, >= 1.

        Returns:
            Arrays of shape (C,) for a value for every channel, or (1,) for one that all share.
        """

    @abstractmethod
    def parameter_derivative(self, name: str, x: Array, out: Array) -> None:
        """Writes the derivative of f(x) to a parameter, element by element.

        Args:
            name: one of the `initial_parameters`.
            x: (..., C), what the activation is applied to; stays as it is.
            out: where to write, of x's shape and dtype.
        """

    def parameter(self, name: str, x: Array) -> Array:
        """The present values of a parameter, in x's dtype, to be combined with x.

        A parameter of every channel is (C,) if the last axis of `x` is the channels'. Any other `x`, such as
        the points of a curve, gets the mean over the channels.
        """
        placed = self._placed
        values = self.initial_parameters(1)[name] if placed is None else placed[name].value
        if values.size == 1 or x.ndim == 0 or x.shape[-1] != values.size:
            values = values.mean()
        return np.asarray(values, x.dtype)

    def placed(self, place: ActivationPlace) -> Self:
        """A copy with the parameters of one layer."""
        made = copy(self)
        initial = self.initial_parameters(place.channels)
        made._placed = {name: place.declare(name, values) for name, values in initial.items()}
        return made

    def learns(self) -> bool:
        """Whether an optimizer updates the parameters."""
        return any(parameter.trainable for parameter in (self._placed or {}).values())

    def backward_parameters(self, x: Array, gradient: Array, scratch: Array) -> None:
        """Sums gradient * df/dp over all that share a parameter, in float64."""
        for name, parameter in (self._placed or {}).items():
            if parameter.trainable:
                self.parameter_derivative(name, x, scratch)
                np.multiply(scratch, gradient, out=scratch)
                rows = scratch.reshape(-1, parameter.size)
                parameter.gradient[...] = rows.sum(axis=0, dtype=np.float64)
