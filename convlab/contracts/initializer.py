"""What an initializer is told about the array it fills."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from convlab.contracts.parameter import Array, Role

Initializer = Callable[["InitializerSpec", np.random.Generator], Array]

_Function = TypeVar("_Function", bound=Callable[..., Array])
_MARK = "convlab_fills_norms"


@dataclass(frozen=True)
class InitializerSpec:
    """The array to fill and its place in the network.

    Attributes:
        shape: (K, R, S, C/groups) for a convolution, (K, C) for a dense layer, (K,) for a bias.
        role: ``"conv_weight"``, ``"dense_weight"``, ``"bias"``, ``"scale"``, ``"shift"`` or
            ``"activation"``, which an activation fills itself.
        layer: name of the layer, such as ``"conv1"``.
        layer_index: position among the layers that have weights, from 0.
        depth: number of layers that have weights.
        groups: groups of the convolution, >= 1.
        gain: factor by which weights should be enlarged for the activation that follows: 1 for linear,
            sqrt(2) for relu.
        weight_shape: for a bias, shape of the weights that it belongs to; None otherwise.
        branches: residual branches of the network.
        branch_layers: layers with weights in the residual branch that this array belongs to; 0 outside.
        branch_scales: learned scales in that branch.
        closes_branch: whether these are the last weights, or this is the last scale, of that branch.
        sample_input: gives a batch of real inputs of this layer (NHWC or (N, C)), which the layers before it
            make with their initial values; None where no data is at hand. For data-dependent initializers.
        sample_output: of weights and biases, gives what the layer makes of those inputs, before its
            activation, if this array has the values that it is called with: of weights without the bias, of a
            bias with the weights. None where no data is at hand.

    Example:
        >>> spec = InitializerSpec((32, 3, 3, 16), "conv_weight", "conv1")
        >>> spec.fan_in, spec.fan_out
        (144, 288)
    """

    shape: tuple[int, ...]
    role: Role
    layer: str
    layer_index: int = 0
    depth: int = 1
    groups: int = 1
    gain: float = 1.0
    weight_shape: tuple[int, ...] | None = None
    branches: int = 0
    branch_layers: int = 0
    branch_scales: int = 0
    closes_branch: bool = False
    sample_input: Callable[[], Array] | None = None
    sample_output: Callable[[Array], Array] | None = None

    @property
    def fan_in(self) -> int:
        """Inputs that one output sums: R*S*C_in/groups (dense: C; a bias: 1)."""
        return max(1, int(np.prod(self.shape[1:], dtype=np.int64)))

    @property
    def fan_out(self) -> int:
        """Outputs that one input reaches: R*S*C_out/groups (dense: K; a bias: its size)."""
        window = int(np.prod(self.shape[1:-1], dtype=np.int64))
        return max(1, self.shape[0] * window // self.groups)


def also_for_norms(initializer: _Function) -> _Function:
    """Marks an initializer that, chosen for a whole experiment, fills normalization layers as well.

    Others are not asked for scales and shifts, which begin as 1 and 0.

    Args:
        initializer: told by the role of its array what to fill.

    Returns:
        The same function.

    Example:
        >>> @also_for_norms
        ... def halves(spec, rng):
        ...     return np.full(spec.shape, 0.5)
        >>> fills_norms(halves)
        True
    """
    setattr(initializer, _MARK, True)
    return initializer


def fills_norms(initializer: object) -> bool:
    """Whether an initializer is marked by `also_for_norms`."""
    return bool(getattr(initializer, _MARK, False))
