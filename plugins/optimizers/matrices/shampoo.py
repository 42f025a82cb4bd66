"""Shampoo."""

from math import inf, sqrt
from typing import Literal

import numpy as np

from convlab import kernels
from convlab.plugin import Array, OptimizerChoice, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.matrices.base import MatrixOptimizer, MatrixUpdate
from convlab_plugins.optimizers.matrices.inverse_root import inverse_root
from convlab_plugins.optimizers.matrices.layers import Matrices
from convlab_plugins.optimizers.matrices.sides import Sides

Graft = Literal["none", "sgd", "adagrad"]
GRAFT_EPSILON = 1e-10


@claims(keeps_gradients=True, scale_invariant=True)
class Shampoo(MatrixOptimizer):
    """Shampoo: Adagrad with whole matrices, one for the rows and one for the columns of a layer's weights.

    L = keep L + G G^T;  R = keep R + G^T G;  v = momentum v + L^(-1/4) G R^(-1/4);  w = w - lr v

    The filters (K, R, S, C) of a convolution are seen as a matrix of K rows. Biases, normalization and the
    weights that `matrices` leaves out are trained by another optimizer.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate of the matrices, > 0.
        momentum: part of the velocity that is kept, in [0, 1).
        keep: part of L and R that is kept, in (0, 1]: 1 sums as Adagrad does; below, 1 - keep weighs the new.
        epsilon: ridge under the roots, over the norm of L or R, > 0.
        every: steps between computations of the roots, >= 1.
        largest_side: a longer side of a matrix has no L or R; the other then takes the root -1/2; >= 1.
        graft: whose length the step of a layer takes: ``"none"``, Shampoo's; ``"sgd"``, the gradient's;
            ``"adagrad"``, that of the gradient over the root of its summed squares.
        weight_decay: decoupled decay of the matrices, >= 0.
        matrices: ``"all"`` weights; the ``"body"``: all but the last dense layer; or the ``"hidden"``
            weights: the first neither.
        rest: the optimizer of all else, with a rate of its own, which the schedule changes alike.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("conv1.weight", "conv_weight", (2, 1, 1, 2))
        >>> optimizer = Shampoo(ParameterBuffers([weight], np.float64), lr=1.0)
        >>> weight.gradient[...] = [[[[100.0, 0.0]]], [[[0.0, 1.0]]]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(2).reshape(2, 2).tolist()  # both directions, although one is 100 times weaker
        [[-1.0, 0.0], [0.0, -1.0]]

    References:
        Gupta, Koren, Singer: Shampoo: preconditioned stochastic tensor optimization, 2018, algorithm 1; the
        ridge is relative to the norm, where the paper begins with L = R = epsilon I, so that the step does
        not depend on the gradient's scale. Anil, Gupta, Koren, Regan, Singer: Scalable second order
        optimization for deep learning, 2021, sections 3.3 and 3.4, for the roots, their delay and grafting;
        Agarwal, Anil, Hazan, Koren, Zhang: Disentangling adaptive gradient methods from learning rates, 2020,
        for grafting. Tensors of order 4 are matrices here, where the paper has one factor for every axis.
    """

    plugin = "optimizer 'shampoo'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.02,
        momentum: float = 0.9,
        keep: float = 1.0,
        epsilon: float = 1e-6,
        every: int = 10,
        largest_side: int = 1024,
        graft: Graft = "none",
        weight_decay: float = 0.0,
        matrices: Matrices = "body",
        rest: OptimizerChoice = {"name": "adamw"},  # noqa: B006  # a config; nothing changes it
    ) -> None:
        require(0 <= momentum < 1, self.plugin, "momentum", momentum, "in [0, 1)")
        require(0 < keep <= 1, self.plugin, "keep", keep, "in (0, 1]")
        require(0 < epsilon < inf, self.plugin, "epsilon", epsilon, "> 0 and finite")
        require(every >= 1, self.plugin, "every", every, ">= 1")
        require(largest_side >= 1, self.plugin, "largest_side", largest_side, ">= 1")
        self.momentum, self.keep, self.epsilon = momentum, keep, epsilon
        self.every, self.largest_side, self.graft = every, largest_side, graft
        super().__init__(parameters, lr=lr, weight_decay=weight_decay, matrices=matrices, rest=rest)

    def update_of(self, parameters: ParameterBuffers, lr: float, weight_decay: float) -> MatrixUpdate:
        return _Update(parameters, lr, weight_decay, self)


class _Update(MatrixUpdate):
    """Shampoo's update of weights that are all matrices."""

    state_names = ("velocity", "squares")

    def __init__(
        self, parameters: ParameterBuffers, lr: float, weight_decay: float, settings: Shampoo
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.settings = settings
        self.velocity = np.zeros_like(parameters.values)
        self.squares = np.zeros_like(parameters.values[: None if settings.graft == "adagrad" else 0])
        self._directions = self.matrices(self.scratch)
        self._gradients = self.matrices(parameters.gradients)
        self._sides = [
            Sides(item.shape, item.dtype, settings.largest_side, settings.keep) for item in self._directions
        ]

    def state(self) -> dict[str, Array]:
        return super().state() | self.named(self._sides)

    def direct(self) -> None:
        settings = self.settings
        renewed = (self.steps - 1) % settings.every == 0
        for gradient, direction, sides in zip(self._gradients, self._directions, self._sides, strict=True):
            sides.add(gradient)
            if renewed:
                for side in sides.kept:
                    root: Literal[2, 4] = 4 if len(sides.kept) == 2 else 2
                    side.factor[...] = inverse_root(side.statistic, root, settings.epsilon)
            direction[...] = sides.applied(gradient)
        self._graft()
        self.velocity *= settings.momentum
        self.velocity += self.scratch
        self.scratch[...] = self.velocity

    def _graft(self) -> None:
        """Gives every layer's direction the length that another optimizer's has."""
        if self.settings.graft == "none":
            return
        model = self.parameters.gradients
        if self.settings.graft == "adagrad":
            self.squares += model * model
            model = model / (np.sqrt(self.squares) + GRAFT_EPSILON)
        for direction, other in zip(self._directions, self.matrices(model), strict=True):
            length = sqrt(kernels.sum_of_squares(direction))
            if length > 0:
                direction *= sqrt(kernels.sum_of_squares(other)) / length
