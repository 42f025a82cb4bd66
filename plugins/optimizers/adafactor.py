"""Adafactor."""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np

from convlab.plugin import Array, ParameterBuffers, claims
from convlab_plugins.optimizers.lars import norm
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer, blend
from convlab_plugins.optimizers.ranges import positive


@claims(keeps_gradients=True, scale_invariant=True)
class Adafactor(PiecewiseOptimizer):
    """Adafactor: the gradient over its root mean square, of which only means of rows and columns are kept.

    R = b R + (1 - b) rows(g^2 + epsilon);  C = b C + (1 - b) columns(g^2 + epsilon),  b = 1 - t^-decay_power
    u = g/sqrt(R C/mean(R));  w = (1 - lr weight_decay) w
    w = w - max(least_scale, rms(w)) min(lr, 1/sqrt(t)) u/max(1, rms(u)/clip)

    Rows and columns are those of the matrix (K, R S C/groups) of a convolution and (K, C) of a dense layer,
    rows() and columns() their means. Biases, scales and shifts are one column, which makes R C/mean(R) their
    whole mean square.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate relative to the size of a parameter, > 0; 0.01 is the paper's and PyTorch's.
        decay_power: how fast b approaches 1, > 0.
        clip: largest root mean square of u that is not scaled down, > 0.
        least_scale: smallest size of a parameter that counts, > 0, which lets those that are 0 start.
        epsilon: added to the squares, > 0.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (2, 3))
        >>> optimizer = Adafactor(ParameterBuffers([weight], np.float64), lr=0.25)
        >>> weight.value[...] = 2.0
        >>> weight.gradient[...] = [[1.0, 2.0, 3.0], [-2.0, -4.0, -6.0]]  # of rank 1: u has size 1
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.round(6).tolist()  # 2 -+ 2 * 0.25
        [[1.5, 1.5, 1.5], [2.5, 2.5, 2.5]]

    References:
        Shazeer, Stern: Adafactor: adaptive learning rates with sublinear memory cost, 2018, algorithms 4 and
        5, without momentum. The decay is PyTorch's. PyTorch factors a
        convolution over its last two axes, the kernel's height and width, with a sum for every pair of
        channels; Optax over the two largest. PyTorch replaces epsilon by bounds on R C and on mean(R).
    """

    plugin = "optimizer 'adafactor'"
    state_names = ("row_means", "column_means")

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.01,
        decay_power: float = 0.8,
        clip: float = 1.0,
        least_scale: float = 1e-3,
        epsilon: float = 1e-30,
        weight_decay: float = 0.0,
    ) -> None:
        self.decay_power = positive(self.plugin, "decay_power", decay_power)
        self.clip = positive(self.plugin, "clip", clip)
        self.least_scale = positive(self.plugin, "least_scale", least_scale)
        self.epsilon = positive(self.plugin, "epsilon", epsilon)
        super().__init__(parameters, lr=lr, weight_decay=weight_decay)
        trained, dtype = parameters.trained, parameters.values.dtype
        rows = [parameter.shape[0] for parameter in trained]
        columns = [parameter.size // parameter.shape[0] for parameter in trained]
        self.row_means, self.column_means = np.zeros(sum(rows), dtype), np.zeros(sum(columns), dtype)
        means = zip(_parts(self.row_means, rows), _parts(self.column_means, columns), strict=True)
        cut = zip(self.cut_by_parameter(scratch=2), means, strict=True)
        self.pieces = [replace(piece, states=states) for piece, states in cut]

    def decayed_gradients(self, piece: Piece, rate: float) -> Array:
        """The bare gradients: values shrink when their size has been taken."""
        return piece.gradients

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        """w = (1 - rate weight_decay) w - size step u/max(1, rms(u)/clip)."""
        values, step = piece.values, piece.scratch[0]
        size = max(self.least_scale, norm(values) / sqrt(values.size))
        self.take_means(piece, g)
        self.divide_by_roots(piece, g)
        if piece.decays and self.weight_decay:
            np.multiply(values, 1 - rate * self.weight_decay, out=values)
        clipped = max(1.0, norm(step) / sqrt(step.size) / self.clip)
        step *= size * min(rate, 1 / sqrt(self.steps)) / clipped
        np.subtract(values, step, out=values)

    def take_means(self, piece: Piece, g: Array) -> None:
        """Brings the means of rows and columns up to date."""
        squares, kept = piece.scratch[0], 1 - self.steps**-self.decay_power
        np.multiply(g, g, out=squares)
        matrix = squares.reshape(piece.states[0].size, piece.states[1].size)
        for means, axis in zip(piece.states, (1, 0), strict=True):
            new = piece.scratch[1][: means.size]
            np.add.reduce(matrix, axis=axis, out=new)
            new /= matrix.shape[axis]
            new += self.epsilon
            blend(means, kept, new, new)

    def divide_by_roots(self, piece: Piece, g: Array) -> None:
        """Leaves u = g/sqrt(R C/mean(R)) in the first scratch array."""
        (rows, columns), (u, work) = piece.states, piece.scratch[:2]
        matrix = (rows.size, columns.size)
        row_roots = np.multiply(rows, rows.size / float(np.sum(rows)), out=work[: rows.size])
        np.sqrt(row_roots, out=row_roots)
        np.divide(g.reshape(matrix), row_roots[:, np.newaxis], out=u.reshape(matrix))
        column_roots = np.sqrt(columns, out=work[: columns.size])
        np.divide(u.reshape(matrix), column_roots, out=u.reshape(matrix))


def _parts(array: Array, sizes: Sequence[int]) -> list[Array]:
    """Views of consecutive parts."""
    return np.split(array, np.cumsum(sizes, dtype=np.int64))[:-1]
