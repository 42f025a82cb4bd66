"""Scion."""

from math import inf, sqrt

import numpy as np

from convlab import kernels
from convlab.plugin import Array, Optimizer, Parameter, ParameterBuffers, claims
from convlab_plugins.checks import require
from convlab_plugins.optimizers.matrices.layers import as_matrix
from convlab_plugins.optimizers.matrices.newton_schulz import NewtonSchulz

EPSILON = 1e-8
SPECTRAL, SIGN, ROOT_MEAN_SQUARE = "spectral", "sign", "root mean square"


@claims(keeps_gradients=True, scale_invariant=True)
class Scion(Optimizer):
    """Scion: every layer takes the steepest step within a ball of a norm of its own.

    d = (1 - momentum) g + momentum d;  w = (1 - lr) w - lr radius v(d),  unconstrained w = w - lr radius v(d)

    v(d) is sqrt(K/C)/(R S) U V^T with d = U S V^T, by Newton-Schulz, for filters (K, R, S, C) and hidden
    dense weights (K, C); sign(d)/C for the last dense weights; d over its root mean square for all others.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0, and at most 1 where constrained.
        momentum: part of the average that is kept, in [0, 1).
        radius: size of a step over the rate, > 0; where constrained, weights stay in this ball.
        output_radius: the same for the last dense weights, > 0.
        constrained: whether weights are drawn into their balls, a decay of 1 - lr with every step.
        iterations: Newton-Schulz repetitions, >= 1.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 2))
        >>> optimizer = Scion(ParameterBuffers([weight]), lr=0.5, momentum=0.0, output_radius=4.0)
        >>> weight.gradient[...] = [[9.0, -0.1]]
        >>> optimizer.step(optimizer.lr)
        >>> weight.value.tolist()  # -0.5 * 4 sign(g)/2
        [[-1.0, 1.0]]

    References:
        Pethick, Xie, Antonakopoulos, Zhu, Silveti-Falls, Cevher: Training deep learning models with
        norm-constrained LMOs, 2025, algorithms 1 and 2, tables 2 and 3. Momentum is the part kept, 1 minus
        the paper's alpha. The authors' code uses Newton-Schulz with the coefficients of Muon, as here. Their
        radii for networks of images, 8 and 16 times as much for the last layer, belong to weights that start
        on the spheres of these radii; from other initial weights smaller ones do better.
    """

    plugin = "optimizer 'scion'"
    state_names = ("mean",)

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.1,
        momentum: float = 0.9,
        radius: float = 1.0,
        output_radius: float = 2.0,
        constrained: bool = False,
        iterations: int = 5,
    ) -> None:
        limit = 1.0 if constrained else inf
        require(
            0 < lr <= limit and lr < inf,
            self.plugin,
            "lr",
            lr,
            "in (0, 1] where constrained" if constrained else "> 0 and finite",
        )
        require(0 <= momentum < 1, self.plugin, "momentum", momentum, "in [0, 1)")
        require(0 < radius < inf, self.plugin, "radius", radius, "> 0 and finite")
        require(0 < output_radius < inf, self.plugin, "output_radius", output_radius, "> 0 and finite")
        require(iterations >= 1, self.plugin, "iterations", iterations, ">= 1")
        super().__init__(parameters, lr)
        self.momentum, self.constrained = momentum, constrained
        self.mean, self._step = np.zeros_like(parameters.values), np.empty_like(parameters.values)
        trained = parameters.trained
        dense = [item for item in trained if item.role == "dense_weight"]
        last = dense[-1] if dense and dense[-1] is _last_weights(trained) else None
        self._directions = [
            _Direction(view, item, item is last, output_radius if item is last else radius, iterations)
            for item, view in zip(trained, parameters.views(self._step), strict=True)
        ]

    def update(self, rate: float) -> None:
        """d = (1 - momentum) g + momentum d;  w = w - rate radius v(d)."""
        values, step = self.parameters.values, self._step
        np.multiply(self.parameters.gradients, 1 - self.momentum, out=step)
        self.mean *= self.momentum
        self.mean += step
        step[...] = self.mean
        for direction in self._directions:
            direction.normalize()
        if self.constrained:
            values *= 1 - rate
        step *= rate
        values -= step


class _Direction:
    """Where one parameter's step leads: what is in a view becomes radius v(d)."""

    def __init__(
        self, view: Array, parameter: Parameter, is_output: bool, radius: float, iterations: int
    ) -> None:
        self.view, self.radius = view, radius
        self.norm = ROOT_MEAN_SQUARE
        if view.ndim > 1:
            self.view, self.norm = as_matrix(view), SIGN if is_output else SPECTRAL
        if self.norm == SPECTRAL:
            self._orthogonalize = NewtonSchulz(self.view.shape, view.dtype, iterations)
            window = view[0].size // view.shape[-1]
            self.radius *= sqrt(len(view) / view.shape[-1]) / window

    def normalize(self) -> None:
        view = self.view
        if self.norm == SPECTRAL:
            self._orthogonalize(view)
        elif self.norm == SIGN:
            np.sign(view, out=view)
            view /= view.shape[1]
        else:
            view /= sqrt(kernels.sum_of_squares(view) / view.size) + EPSILON
        view *= self.radius


def _last_weights(trained: list[Parameter]) -> Parameter:
    return [item for item in trained if item.decayed][-1]
