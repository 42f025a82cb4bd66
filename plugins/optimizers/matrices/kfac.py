"""K-FAC for convolutions and dense layers."""

from math import inf, prod, sqrt

import numpy as np

from convlab import kernels
from convlab.plugin import Array, OptimizerChoice, ParameterBuffers
from convlab_plugins.checks import require
from convlab_plugins.optimizers.matrices.base import MatrixOptimizer, MatrixUpdate
from convlab_plugins.optimizers.matrices.inverse_root import inverse_root
from convlab_plugins.optimizers.matrices.layers import Matrices
from convlab_plugins.optimizers.matrices.sides import Sides

RIDGE = 1e-9
TINY = 1e-12


class KFAC(MatrixOptimizer):
    """K-FAC: the natural gradient, the Fisher matrix of a layer being a product of two small ones.

    A = sum_t a_t a_t^T, a mean over images;  S = mean of s_t s_t^T over images and places t
    v = momentum v + q (S + sqrt(damping)/pi I)^-1 G (A + pi sqrt(damping) I)^-1;  w = w - lr v

    a_t is what the filters multiply at place t, with a 1 behind it where the layer has a bias, which is the
    last column of w; s_t is the gradient of one image's loss to what comes of it, against labels drawn from
    the model's outputs; pi^2 is the ratio of the mean eigenvalues of A and S. q keeps lr^2 times the product
    of step and gradient below `clip`, and is at most 1. Normalization is trained by another optimizer;
    convolutions with groups keep their gradient.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate of the matrices and their biases, > 0.
        momentum: part of the velocity that is kept, in [0, 1).
        keep: part of A and S that is kept in the end, in [0, 1); of the k-th estimate 1/k is new at first.
        damping: > 0.
        clip: how far a step may lead, as predicted, > 0.
        every: steps between estimates of A and S and their inverses, >= 1.
        largest_side: a longer side of a matrix keeps its gradient, >= 1.
        weight_decay: decoupled decay of the matrices, >= 0.
        matrices: ``"all"`` weights; the ``"body"``: all but the last dense layer; or the ``"hidden"``
            weights: the first neither.
        rest: the optimizer of all else, with a rate of its own, which the schedule changes alike.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> filters = Parameter("conv1.weight", "conv_weight", (4, 3, 3, 2))
        >>> bias = Parameter("conv1.bias", "bias", (4,))
        >>> optimizer = KFAC(ParameterBuffers([filters, bias]))
        >>> [array.shape for name, array in optimizer.state().items() if "statistic" in name]
        [(4, 4), (19, 19)]

    References:
        Martens, Grosse: Optimizing neural networks with Kronecker-factored approximate curvature, 2015,
        section 2 for the 1 behind the activations, sections 5 and 6.3 for the estimates and the damping.
        Grosse, Martens: A Kronecker-factored approximate Fisher matrix for convolution layers, 2016,
        theorem 1. Ba, Grosse, Martens: Distributed second-order optimization using Kronecker-factored
        approximations, 2017, section 5, for the bound on the step. There damping and momentum adapt, and
        estimates use every batch.
    """

    plugin = "optimizer 'kfac'"
    takes_biases = True

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.1,
        momentum: float = 0.9,
        keep: float = 0.95,
        damping: float = 0.1,
        clip: float = 0.001,
        every: int = 10,
        largest_side: int = 1024,
        weight_decay: float = 0.0,
        matrices: Matrices = "all",
        rest: OptimizerChoice = {"name": "adamw"},  # noqa: B006  # a config; nothing changes it
    ) -> None:
        require(0 <= momentum < 1, self.plugin, "momentum", momentum, "in [0, 1)")
        require(0 <= keep < 1, self.plugin, "keep", keep, "in [0, 1)")
        require(0 < damping < inf, self.plugin, "damping", damping, "> 0 and finite")
        require(0 < clip < inf, self.plugin, "clip", clip, "> 0 and finite")
        require(every >= 1, self.plugin, "every", every, ">= 1")
        require(largest_side >= 1, self.plugin, "largest_side", largest_side, ">= 1")
        self.momentum, self.keep, self.damping, self.clip = momentum, keep, damping, clip
        self.every, self.largest_side = every, largest_side
        super().__init__(parameters, lr=lr, weight_decay=weight_decay, matrices=matrices, rest=rest)

    def update_of(self, parameters: ParameterBuffers, lr: float, weight_decay: float) -> MatrixUpdate:
        return _Update(parameters, lr, weight_decay, self)


class _Update(MatrixUpdate):
    """K-FAC's update of weights that are all matrices, and of their biases."""

    state_names = ("velocity",)
    needs_closure = True

    def __init__(self, parameters: ParameterBuffers, lr: float, weight_decay: float, settings: KFAC) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.settings = settings
        names = [item.name for item in parameters.trained]
        self._biases = [settings.biases.get(name) for name in names]
        self._weights = self.matrices(self.scratch)
        shapes = [joined.shape for joined in self._gradients()]
        self.velocity = np.zeros(sum(map(prod, shapes)), parameters.values.dtype)
        ends = np.cumsum([prod(shape) for shape in shapes])[:-1]
        parts = np.split(self.velocity, ends)  # views
        self._velocities = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        self._layers = [
            Sides((len(item), item.shape[1]), item.dtype, settings.largest_side, 1.0)
            for item in self._gradients()
        ]
        self._by_name = dict(zip(names, self._layers, strict=True))

    def state(self) -> dict[str, Array]:
        return super().state() | self.named(self._layers)

    def update(self, rate: float) -> None:
        """Weights as all matrices, which decay; biases do not."""
        super().update(rate)
        for bias, velocity in zip(self._biases, self._velocities, strict=True):
            if bias is not None:
                bias.value -= rate * velocity[:, -1]

    def direct(self) -> None:
        gradients = self._gradients()  # copies: the closure computes others
        if (self.steps - 1) % self.settings.every == 0:
            assert self.closure is not None
            self.closure.with_sampled_labels(self._look)
            for sides in self._layers:
                _invert(sides, self.settings.damping)
        directions = [
            sides.applied(gradient) for sides, gradient in zip(self._layers, gradients, strict=True)
        ]
        predicted = sum(
            float(np.einsum("kc,kc->", direction, gradient, dtype=np.float64))
            for direction, gradient in zip(directions, gradients, strict=True)
        )
        shortening = self._shortening(predicted)
        self.velocity *= self.settings.momentum
        for weight, velocity, direction in zip(self._weights, self._velocities, directions, strict=True):
            velocity += shortening * direction
            weight[...] = velocity[:, : weight.shape[1]]

    def _gradients(self) -> list[Array]:
        """Every layer's gradient as a matrix, whose last column is that of the bias, in new arrays."""
        weights = self.matrices(self.parameters.gradients)
        return [
            np.column_stack([weight] if bias is None else [weight, bias.gradient])
            for weight, bias in zip(weights, self._biases, strict=True)
        ]

    def _shortening(self, predicted: float) -> float:
        """q, which keeps a step within what its estimate is good for."""
        return min(1.0, sqrt(self.settings.clip / max(self.lr**2 * predicted, TINY)))

    def _look(self, name: str, windows: Array, gradients: Array) -> None:
        """Adds what one layer shows to its statistics."""
        sides = self._by_name.get(name)
        if sides is None:
            return
        images, places = windows.shape[:2]
        estimate = (self.steps - 1) // self.settings.every + 1
        keep = min(1 - 1 / estimate, self.settings.keep)
        shown = ((sides.rows, gradients, images / places), (sides.columns, windows, 1 / images))
        for side, arrays, scale in shown:
            if side is not None:
                rows = np.ascontiguousarray(arrays.reshape(images * places, arrays.shape[-1]))
                side.statistic *= keep
                side.statistic += ((1 - keep) * scale) * _products(rows, len(side.statistic))


def _products(rows: Array, size: int) -> Array:
    """Sum over rows of x x^T, with a 1 behind x where that is to have one number more: (size, size)."""
    with kernels.use_precision("float32"):
        products, sums = kernels.dense_backward_weight(rows, rows)
    if size == len(products):
        return products
    number = np.full((1, 1), len(rows), rows.dtype)
    return np.block([[products, sums[:, np.newaxis]], [sums[np.newaxis], number]])


def _invert(sides: Sides, damping: float) -> None:
    """Both factors become the inverses of the statistics, damped."""
    means = [float(side.statistic.trace()) / len(side.statistic) for side in sides.kept]
    if not all(mean > 0 for mean in means):
        return  # nothing was shown: the gradient stays as it is
    ratio = sqrt(means[0] / means[1]) if len(means) == 2 else 1.0
    for side, share in zip(sides.kept, (ratio, 1 / ratio), strict=False):
        ridge = np.eye(len(side.statistic), dtype=side.statistic.dtype) * (share * sqrt(damping))
        side.factor[...] = inverse_root(side.statistic + ridge, 1, RIDGE)
