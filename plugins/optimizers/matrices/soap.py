"""SOAP."""

from math import inf, sqrt

import numpy as np

from convlab import kernels
from convlab.plugin import Array, OptimizerChoice, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.matrices.base import MatrixOptimizer, MatrixUpdate
from convlab_plugins.optimizers.matrices.layers import Matrices
from convlab_plugins.optimizers.matrices.orthonormal import orthonormal
from convlab_plugins.optimizers.matrices.sides import Side, Sides

FIRST_ROUNDS = 10
RIDGE = 1e-6


@claims(keeps_gradients=True)
class SOAP(MatrixOptimizer):
    """SOAP: Adam in the eigenbasis of Shampoo's matrices, which turns slowly.

    L = b L + (1 - b) G G^T;  R = b R + (1 - b) G^T G;  Q_L, Q_R their eigenvectors
    m = beta1 m + (1 - beta1) G;  s = beta2 s + (1 - beta2) (Q_L^T G Q_R)^2
    w = w - lr Q_L ((Q_L^T m' Q_R)/(sqrt(s') + epsilon)) Q_R^T,  m' and s' unbiased

    The filters (K, R, S, C) of a convolution are seen as a matrix of K rows. Biases, normalization and the
    weights that `matrices` leaves out are trained by another optimizer.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate of the matrices, > 0.
        betas: parts of the mean and of the mean square that are kept, both in [0, 1).
        keep: b, part of L and R that is kept, in [0, 1).
        epsilon: added to the root, > 0.
        every: steps between turns of the basis, >= 1.
        largest_side: a longer side of a matrix is not turned, its basis is the identity; >= 1.
        weight_decay: decoupled decay of the matrices, >= 0.
        matrices: ``"all"`` weights; the ``"body"``: all but the last dense layer; or the ``"hidden"``
            weights: the first neither.
        rest: the optimizer of all else, with a rate of its own, which the schedule changes alike.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("conv1.weight", "conv_weight", (2, 1, 1, 2))
        >>> optimizer = SOAP(ParameterBuffers([weight], np.float64), lr=1.0)
        >>> weight.gradient[...] = [[[[3.0, 3.0]]], [[[3.0, 3.0]]]]
        >>> optimizer.step(optimizer.lr)  # of rank 1: one entry in its eigenbasis, and Adam makes that 1
        >>> weight.value.round(3).reshape(2, 2).tolist()
        [[-0.5, -0.5], [-0.5, -0.5]]

    References:
        Vyas, Morwani, Zhao, Kwun, Shapira, Brandfonbrener, Janson, Kakade: SOAP: improving and stabilizing
        Shampoo using Adam, 2024, algorithms 3 and 4. The basis turns by Q = qr(L Q) as in algorithm 4, before
        the step and from the first one on, with several rounds at first where the authors' code decomposes
        the first L and skips the step. A ridge of a millionth of the norm keeps L Q regular.
    """

    plugin = "optimizer 'soap'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.003,
        betas: tuple[float, float] = (0.95, 0.95),
        keep: float = 0.95,
        epsilon: float = 1e-8,
        every: int = 10,
        largest_side: int = 512,
        weight_decay: float = 0.01,
        matrices: Matrices = "body",
        rest: OptimizerChoice = {"name": "adamw"},  # noqa: B006  # a config; nothing changes it
    ) -> None:
        in_range = len(betas) == 2 and all(0 <= beta < 1 for beta in betas)
        require(in_range, self.plugin, "betas", tuple(betas), "two numbers in [0, 1)")
        require(0 <= keep < 1, self.plugin, "keep", keep, "in [0, 1)")
        require(0 < epsilon < inf, self.plugin, "epsilon", epsilon, "> 0 and finite")
        require(every >= 1, self.plugin, "every", every, ">= 1")
        require(largest_side >= 1, self.plugin, "largest_side", largest_side, ">= 1")
        self.betas, self.keep, self.epsilon = (float(betas[0]), float(betas[1])), keep, epsilon
        self.every, self.largest_side = every, largest_side
        super().__init__(parameters, lr=lr, weight_decay=weight_decay, matrices=matrices, rest=rest)

    def update_of(self, parameters: ParameterBuffers, lr: float, weight_decay: float) -> MatrixUpdate:
        return _Update(parameters, lr, weight_decay, self)


class _Update(MatrixUpdate):
    """SOAP's update of weights that are all matrices."""

    state_names = ("mean", "mean_square")

    def __init__(self, parameters: ParameterBuffers, lr: float, weight_decay: float, settings: SOAP) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.settings = settings
        self.mean, self.mean_square = np.zeros_like(parameters.values), np.zeros_like(parameters.values)
        self._directions = self.matrices(self.scratch)
        self._gradients, self._means = self.matrices(parameters.gradients), self.matrices(self.mean)
        self._mean_squares = self.matrices(self.mean_square)
        self._sides = [
            Sides(item.shape, item.dtype, settings.largest_side, settings.keep) for item in self._directions
        ]

    def state(self) -> dict[str, Array]:
        return super().state() | self.named(self._sides)

    def direct(self) -> None:
        settings = self.settings
        beta1, beta2 = settings.betas
        self.mean *= beta1
        self.mean += (1 - beta1) * self.parameters.gradients
        for number, sides in enumerate(self._sides):
            gradient, mean_square = self._gradients[number], self._mean_squares[number]
            sides.add(gradient)
            if (self.steps - 1) % settings.every == 0:
                for side in sides.kept:
                    _turn(side, FIRST_ROUNDS if self.steps == 1 else 1)
            turned = sides.applied(gradient)
            mean_square *= beta2
            mean_square += (1 - beta2) * turned * turned
            root = np.sqrt(mean_square / (1 - beta2**self.steps)) + settings.epsilon
            mean = sides.applied(self._means[number]) / (1 - beta1**self.steps)
            self._directions[number][...] = sides.undone(mean / root)


def _turn(side: Side, rounds: int) -> None:
    """Turns the basis of a side towards the eigenvectors of its statistic."""
    ridge = RIDGE * sqrt(kernels.sum_of_squares(side.statistic))
    for _ in range(rounds):
        with kernels.use_precision("float32"):
            product = kernels.dense_backward_input(side.statistic, side.factor)
        side.factor[...] = orthonormal(product + ridge * side.factor)
