"""The expanded integral of the exponential linear unit."""

from collections.abc import Mapping
from math import expm1, inf, log

import numpy as np

from convlab.plugin import Array, LearnedActivation, claims
from convlab_plugins.checks import require


@claims(gain=0.75908, bounds=(-0.2058, inf))
class XIELU(LearnedActivation):
    """Expanded integral of the exponential linear unit: its slope is a learned elu, shifted.

    f(x) = p x^2 + b x for x > 0, else n (e^x - 1 - x) + b x, p = softplus(alpha_p), n = b + softplus(alpha_n)
    f'(x) = 2 p x + b for x > 0, else n (e^x - 1) + b

    The layer learns one alpha_p and one alpha_n, with df/dp = max(0, x)^2 and df/dn = e^x - 1 - x for x <= 0,
    each times the sigmoid of its alpha.

    Gain: 0.7591, 1/sqrt(E[f(z)^2]) for z ~ N(0, 1) and the initial p and n.

    Args:
        positive: p before training, > 0.
        negative: n before training, > beta.
        beta: b, slope at zero, >= 0; not learned.

    Raises:
        ConfigError: if `positive`, `negative` or `beta` is out of range.

    Example:
        >>> import numpy as np
        >>> x = np.array([-1.0, 2.0])
        >>> y, slope = np.empty_like(x), np.empty_like(x)
        >>> activation = XIELU()
        >>> activation.value(x, y)
        >>> activation.derivative(x, slope)
        >>> y.round(4).tolist(), slope.round(4).tolist()
        ([-0.2057, 4.2], [-0.0057, 3.7])

    References:
        Huang, Schlag: Deriving activation functions using integration, 2024. The initial values are those of
        its reference implementation.
    """

    def __init__(self, *, positive: float = 0.8, negative: float = 0.8, beta: float = 0.5) -> None:
        where = "activation 'xielu'"
        require(0 < positive < inf, where, "positive", positive, "> 0 and finite")
        require(0 <= beta < inf, where, "beta", beta, ">= 0 and finite")
        require(beta < negative < inf, where, "negative", negative, "> beta and finite")
        self.positive = positive
        self.negative = negative
        self.beta = beta

    def initial_parameters(self, channels: int) -> Mapping[str, Array]:
        """alpha_p and alpha_n, whose softplus gives what was set."""
        return {
            "alpha_p": np.array([_softplus_inverse(self.positive)]),
            "alpha_n": np.array([_softplus_inverse(self.negative - self.beta)]),
        }

    def value(self, x: Array, out: Array) -> None:
        """Writes f(x) to `out`; both of one shape and dtype, float32 or float64."""
        p, n = self._curvatures(x)
        self._bend(x, out)
        out *= n
        above = np.maximum(x, 0.0)
        above *= above
        above *= p
        out += above
        out += np.multiply(x, self.beta, out=above)

    def derivative(self, x: Array, out: Array) -> None:
        """Writes f'(x) to `out`; both of one shape and dtype, float32 or float64."""
        p, n = self._curvatures(x)
        np.minimum(x, 0.0, out=out)
        np.expm1(out, out=out)
        out *= n
        above = np.maximum(x, 0.0)
        above *= 2.0 * p
        out += above
        out += self.beta

    def parameter_derivative(self, name: str, x: Array, out: Array) -> None:
        """Writes df/d(alpha_p) or df/d(alpha_n) to `out`."""
        if name == "alpha_p":
            np.maximum(x, 0.0, out=out)
            out *= out
        else:
            self._bend(x, out)
        out *= np.exp(-np.logaddexp(0.0, -self.parameter(name, x)))

    def _bend(self, x: Array, out: Array) -> None:
        """Writes e^x - 1 - x for x <= 0, else 0."""
        below = np.minimum(x, 0.0)
        np.expm1(below, out=out)
        out -= below

    def _curvatures(self, x: Array) -> tuple[Array, Array]:
        """p and n, in x's dtype."""
        p, n = (np.logaddexp(0.0, self.parameter(name, x)) for name in ("alpha_p", "alpha_n"))
        return p.astype(x.dtype), (n + self.beta).astype(x.dtype)


def _softplus_inverse(y: float) -> float:
    """ln(e^y - 1), without overflow."""
    return y + log(-expm1(-y))
