"""What an initializer is told about the array it fills."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from convlab.contracts.parameter import Array, Role

Initializer = Callable[["InitializerSpec", np.random.Generator], Array]


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
        sample_input: gives a batch of real inputs of this layer (NHWC or (N, C)), or None where no data
            is at hand; for data-dependent initializers.

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
    sample_input: Callable[[], Array] | None = None

    @property
    def fan_in(self) -> int:
        """Inputs that one output sums: R*S*C_in/groups (dense: C; a bias: 1)."""
        return max(1, int(np.prod(self.shape[1:], dtype=np.int64)))

    @property
    def fan_out(self) -> int:
        """Outputs that one input reaches: R*S*C_out/groups (dense: K; a bias: its size)."""
        window = int(np.prod(self.shape[1:-1], dtype=np.int64))
        return max(1, self.shape[0] * window // self.groups)
