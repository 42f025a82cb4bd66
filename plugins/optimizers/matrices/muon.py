"""Muon."""

from math import sqrt
from typing import Literal

import numpy as np

from convlab.plugin import OptimizerChoice, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.matrices.base import MatrixOptimizer, MatrixUpdate
from convlab_plugins.optimizers.matrices.layers import Matrices
from convlab_plugins.optimizers.matrices.newton_schulz import orthogonalizers

Scale = Literal["spectral", "rms"]


@claims(keeps_gradients=True, scale_invariant=True)
class Muon(MatrixOptimizer):
    """Muon: momentum, orthogonalized, so that a step moves all directions of a weight matrix alike.

    v = momentum v + g;  w = (1 - lr weight_decay) w - lr scale NewtonSchulz(g + momentum v)

    The filters (K, R, S, C) of a convolution are seen as a matrix of K rows. Biases, normalization and the
    weights that `matrices` leaves out are trained by another optimizer.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate of the matrices, > 0.
        momentum: part of the velocity that is kept, in [0, 1).
        nesterov: whether the orthogonalized matrix is g + momentum v, or v.
        iterations: Newton-Schulz repetitions, >= 1.
        scale: ``"spectral"``: sqrt(max(1, rows/columns)), Jordan's; ``"rms"``: 0.2 sqrt(max(rows, columns)),
            with which AdamW's rates fit.
        weight_decay: decoupled decay of the matrices, >= 0.
        matrices: ``"all"`` weights; the ``"body"``: all but the last dense layer; or the ``"hidden"``
            weights: the first neither.
        rest: the optimizer of all else, such as ``{name: sgd, lr: 0.1}``, with a rate of its own, which the
            schedule changes alike.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("conv1.weight", "conv_weight", (2, 1, 1, 2))
        >>> optimizer = Muon(ParameterBuffers([weight], np.float64), lr=1.0)
        >>> weight.gradient[...] = [[[[100.0, 0.0]]], [[[0.0, 1.0]]]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(1).reshape(2, 2).tolist()  # both directions, although one is 100 times weaker
        [[-0.7, 0.0], [0.0, -0.7]]

    References:
        Jordan, Jin, Boza, You, Cesista, Newhouse, Bernstein: Muon: an optimizer for hidden layers in neural
        networks, 2024. Liu et al.: Muon is scalable for LLM training, 2025, equation 4 for the scale "rms"
        and the decay. PyTorch averages (v = momentum v + (1 - momentum) g), which makes no difference
        before the normalization, and orthogonalizes in bfloat16; Optax averages and unbiases both parts of
        the Nesterov step, and orthogonalizes as here in the precision of the weights.
    """

    plugin = "optimizer 'muon'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.02,
        momentum: float = 0.95,
        nesterov: bool = True,
        iterations: int = 5,
        scale: Scale = "spectral",
        weight_decay: float = 0.0,
        matrices: Matrices = "body",
        rest: OptimizerChoice = {"name": "adamw"},  # noqa: B006  # a config; nothing changes it
    ) -> None:
        require(0 <= momentum < 1, self.plugin, "momentum", momentum, "in [0, 1)")
        require(iterations >= 1, self.plugin, "iterations", iterations, ">= 1")
        self.momentum, self.nesterov, self.iterations, self.scale = momentum, nesterov, iterations, scale
        super().__init__(parameters, lr=lr, weight_decay=weight_decay, matrices=matrices, rest=rest)

    def update_of(self, parameters: ParameterBuffers, lr: float, weight_decay: float) -> MatrixUpdate:
        return _Update(parameters, lr, weight_decay, self)


class _Update(MatrixUpdate):
    """Muon's update of weights that are all matrices."""

    state_names = ("velocity",)

    def __init__(self, parameters: ParameterBuffers, lr: float, weight_decay: float, settings: Muon) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.momentum, self.nesterov = settings.momentum, settings.nesterov
        self.velocity = np.zeros_like(parameters.values)
        self._directions = self.matrices(self.scratch)
        self._orthogonalize = orthogonalizers(self._directions, settings.iterations)
        self._scales = [_scale(settings.scale, *item.shape) for item in self._directions]

    def direct(self) -> None:
        gradients, velocity = self.parameters.gradients, self.velocity
        velocity *= self.momentum
        velocity += gradients
        np.multiply(velocity, self.momentum if self.nesterov else 1.0, out=self.scratch)
        if self.nesterov:
            self.scratch += gradients
        for matrix, orthogonalize, scale in zip(
            self._directions, self._orthogonalize, self._scales, strict=True
        ):
            orthogonalize(matrix)
            matrix *= scale


def _scale(kind: Scale, rows: int, columns: int) -> float:
    return 0.2 * sqrt(max(rows, columns)) if kind == "rms" else sqrt(max(1.0, rows / columns))
