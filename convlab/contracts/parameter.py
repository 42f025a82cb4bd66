"""What a network learns: parameters, and the two flat buffers that hold them all."""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Role = Literal["conv_weight", "dense_weight", "bias", "scale", "shift", "activation"]

DECAYED_ROLES: frozenset[Role] = frozenset({"conv_weight", "dense_weight"})


@dataclass
class Parameter:
    """One learned array and its gradient.

    Attributes:
        name: layer and field, such as ``"conv1.weight"``.
        role: what the array is in its layer; optimizers may treat roles differently. ``"activation"`` is
            what an activation learns, such as the slopes of prelu.
        shape: (K, R, S, C/groups) for a convolution, (K, C) for a dense layer, (K,) for the others, and (1,)
            where all channels share what an activation learns.
        trainable: False for a frozen parameter, which no optimizer sees.
        value: view of the flat buffer of values.
        gradient: view of the flat buffer of gradients.
    """

    name: str
    role: Role
    shape: tuple[int, ...]
    trainable: bool = True
    value: Array = None  # type: ignore[assignment]  # given by ParameterBuffers
    gradient: Array = None  # type: ignore[assignment]  # given by ParameterBuffers

    @property
    def size(self) -> int:
        """Number of values."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def decayed(self) -> bool:
        """Whether weight decay applies: to weights, never to biases, scales, shifts and activations."""
        return self.role in DECAYED_ROLES


class ParameterBuffers:
    """All parameters of a model as views of one flat buffer of values and one of gradients.

    The buffers are laid out as [trained and decayed | trained, not decayed | frozen], so that an optimizer
    updates everything in a few whole-buffer operations and weight decay touches one contiguous part.

    Args:
        parameters: in the order of the layers.
        dtype: float32, or float64 for gradient checks.

    Attributes:
        values: the trained values, flat.
        gradients: the trained gradients, flat.
        decayed: number of leading entries of `values` that weight decay applies to.

    Example:
        >>> weight = Parameter("dense1.weight", "dense_weight", (2, 3))
        >>> bias = Parameter("dense1.bias", "bias", (2,))
        >>> buffers = ParameterBuffers([bias, weight])
        >>> buffers.values.size, buffers.decayed
        (8, 6)
        >>> weight.value[...] = 1.0
        >>> float(buffers.values.sum())
        6.0
    """

    def __init__(self, parameters: Sequence[Parameter], dtype: Any = np.float32) -> None:
        self._parameters = list(parameters)
        total = sum(parameter.size for parameter in self._parameters)
        values, gradients = np.zeros(total, dtype), np.zeros(total, dtype)
        position = 0
        self.decayed = 0
        trained = 0
        for parameter in sorted(self._parameters, key=_layout_order):
            stop = position + parameter.size
            parameter.value = values[position:stop].reshape(parameter.shape)
            parameter.gradient = gradients[position:stop].reshape(parameter.shape)
            position = stop
            if parameter.trainable:
                trained = stop
                self.decayed = stop if parameter.decayed else self.decayed
        self.values, self.gradients = values[:trained], gradients[:trained]

    def stretches(self, chosen: Callable[[Parameter], bool]) -> "list[ParameterBuffers]":
        """The trained parameters that are chosen, as buffers that share this one's memory.

        Args:
            chosen: whether a parameter is.

        Returns:
            One entry for every stretch of the flat buffers without a gap, in their order.

        Example:
            >>> weight, bias = Parameter("w", "dense_weight", (1, 2)), Parameter("b", "bias", (2,))
            >>> buffers = ParameterBuffers([weight, bias])
            >>> [biases] = buffers.stretches(lambda parameter: parameter.role == "bias")
            >>> biases.values[...] = 1.0
            >>> buffers.values.tolist()
            [0.0, 0.0, 1.0, 1.0]
        """
        made, position = [], 0
        for wanted, group in groupby(sorted(self.trained, key=_layout_order), chosen):
            members = list(group)
            stop = position + sum(parameter.size for parameter in members)
            if wanted:
                made.append(self._part(members, position, stop))
            position = stop
        return made

    def views(self, flat: Array) -> list[Array]:
        """An array laid out as `values` is, such as an optimizer's state, as one view for each parameter.

        Args:
            flat: of the size of `values`.

        Returns:
            Views in the shapes and the order of `trained`.

        Example:
            >>> weight, bias = Parameter("w", "dense_weight", (1, 2)), Parameter("b", "bias", (1,))
            >>> [view.tolist() for view in ParameterBuffers([bias, weight]).views(np.arange(3.0))]
            [[2.0], [[0.0, 1.0]]]
        """
        position, found = 0, {}
        for parameter in sorted(self.trained, key=_layout_order):
            stop = position + parameter.size
            found[parameter.name] = flat[position:stop].reshape(parameter.shape)
            position = stop
        return [found[parameter.name] for parameter in self.trained]

    def _part(self, members: list[Parameter], start: int, stop: int) -> "ParameterBuffers":
        part = copy(self)
        part._parameters = members
        part.values, part.gradients = self.values[start:stop], self.gradients[start:stop]
        part.decayed = min(max(self.decayed - start, 0), stop - start)
        return part

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)

    @property
    def trained(self) -> list[Parameter]:
        """The parameters that an optimizer updates."""
        return [parameter for parameter in self._parameters if parameter.trainable]


def _layout_order(parameter: Parameter) -> int:
    if not parameter.trainable:
        return 2
    return 0 if parameter.decayed else 1
