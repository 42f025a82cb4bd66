"""L-BFGS."""

from math import inf

import numpy as np

from convlab.plugin import Array, Optimizer, ParameterBuffers
from convlab_plugins.checks import require

LEAST_CURVATURE = 1e-10


class LBFGS(Optimizer):
    """L-BFGS: steps along the gradient times an inverse Hessian that the latest steps tell of.

    d = -H g;  w = w + lr d;  y = g(w + lr d) - g(w), s = lr d;  H from the latest pairs (s, y)

    Every step makes some iterations on its own batch, so that both gradients of a pair belong to the same
    loss. H is applied by the two-loop recursion, begins with (s y)/(y y) I, and leaves out pairs with s y
    below 1e-10. Without any pair the step is lr min(1, 1/|g|_1) long.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0: length of a step over the one that H proposes. 1 suits whole data sets;
            the noise of small batches asks for less.
        iterations: iterations a step, >= 1; each computes the loss once.
        history: how many pairs are kept, >= 1.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> import numpy as np
        >>> from convlab.plugin import Closure, Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> class Parabola(Closure):
        ...     examples = 1
        ...     def __call__(self):
        ...         weight.gradient[...] = 4 * weight.value
        ...         return float(2 * weight.value[0, 0] ** 2)
        ...     def with_sampled_labels(self, look=None):
        ...         return self()
        >>> optimizer = LBFGS(ParameterBuffers([weight], np.float64), lr=1.0, iterations=2)
        >>> weight.value[...], weight.gradient[...] = 1.0, 4.0
        >>> optimizer.step(optimizer.lr, Parabola())  # the second iteration knows the curvature
        >>> float(weight.value[0, 0])
        0.0

    References:
        Liu, Nocedal: On the limited memory BFGS method for large scale optimization, 1989. Nocedal, Wright:
        Numerical optimization, 2006, algorithm 7.4. Schraudolph, Yu, Guenter: A stochastic quasi-Newton
        method for online convex optimization, 2007, for gradients of one batch in a pair. PyTorch, without
        line search as here, takes the difference of gradients over two batches from one step to the next, and
        does not decay.
    """

    plugin = "optimizer 'lbfgs'"
    state_names = ("moves", "changes", "pairs")
    needs_closure = True

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.1,
        iterations: int = 2,
        history: int = 10,
        weight_decay: float = 0.0,
    ) -> None:
        require(0 < lr < inf, self.plugin, "lr", lr, "> 0 and finite")
        require(iterations >= 1, self.plugin, "iterations", iterations, ">= 1")
        require(history >= 1, self.plugin, "history", history, ">= 1")
        require(0 <= weight_decay < inf, self.plugin, "weight_decay", weight_decay, ">= 0 and finite")
        super().__init__(parameters, lr)
        self.iterations, self.history, self.weight_decay = iterations, history, weight_decay
        self.moves, self.changes = (
            np.zeros((history, parameters.values.size), parameters.values.dtype) for _ in range(2)
        )
        self.pairs = np.zeros(1, np.int64)  # how many were ever kept; the next takes the place of the oldest

    def update(self, rate: float) -> None:
        """Some iterations on the batch of the step."""
        assert self.closure is not None
        values = self.parameters.values
        gradient = self._gradient()
        for _ in range(self.iterations):
            move = self._direction(gradient)
            move *= rate
            values += move
            self.closure()
            after = self._gradient()
            self._keep(move, after - gradient)
            gradient = after

    def _gradient(self) -> Array:
        """The gradient now in the buffers, with weight decay, a copy."""
        parameters = self.parameters
        gradient = parameters.gradients.copy()
        if self.weight_decay:
            decayed = slice(parameters.decayed)
            gradient[decayed] += self.weight_decay * parameters.values[decayed]
        return gradient

    def _keep(self, move: Array, change: Array) -> None:
        """Makes room for a pair, if the loss curves upwards along it."""
        if _dot(move, change) <= LEAST_CURVATURE:
            return
        place = int(self.pairs[0]) % self.history
        self.moves[place], self.changes[place] = move, change
        self.pairs += 1

    def _direction(self, gradient: Array) -> Array:
        """-H g by the two-loop recursion."""
        latest = int(self.pairs[0])
        direction = -gradient
        if not latest:
            direction *= min(1.0, 1.0 / max(float(np.abs(gradient).sum()), 1e-300))
            return direction
        places = [place % self.history for place in range(latest - 1, max(latest - self.history, 0) - 1, -1)]
        newest_first = [(self.moves[place], self.changes[place]) for place in places]
        curvatures = [_dot(move, change) for move, change in newest_first]
        shares = []
        for (move, change), curvature in zip(newest_first, curvatures, strict=True):
            shares.append(_dot(move, direction) / curvature)
            direction -= shares[-1] * change
        newest = self.changes[places[0]]
        direction *= curvatures[0] / _dot(newest, newest)
        for (move, change), curvature, share in reversed(
            list(zip(newest_first, curvatures, shares, strict=True))
        ):
            direction += (share - _dot(change, direction) / curvature) * move
        return direction


def _dot(a: Array, b: Array) -> float:
    """The inner product in float64, summed in an order of its own, which BLAS does not promise."""
    return float(np.einsum("i,i->", a, b, dtype=np.float64))
