"""An example plugin for convlab: the initializer `checkerboard` and the activation `ripple`."""

import numpy as np

from convlab.errors import ConfigError
from convlab.plugin import Activation, Array, InitializerSpec, Offers, hookimpl


def checkerboard(spec: InitializerSpec, rng: np.random.Generator, *, contrast: float = 1.0) -> Array:
    """Filters of alternating signs, each with a random strength.

    ``w[k, r, s, c] = contrast * a[k, c] * (-1)^(r + s)`` with ``a ~ N(0, gain^2 / fan_in)``. On a dense
    layer, which has no rows and columns, the signs are all +1 and the weights plain normal.

    Args:
        spec: the array to fill.
        rng: where the strengths come from.
        contrast: factor of all weights, > 0.

    Returns:
        The weights, of ``spec.shape``.

    Raises:
        ConfigError: if the contrast is not above 0.

    Example:
        >>> spec = InitializerSpec((1, 2, 2, 1), "conv_weight", "conv1")
        >>> weights = checkerboard(spec, np.random.default_rng(0))[0, :, :, 0]
        >>> np.sign(weights * weights[0, 0]).tolist()
        [[1.0, -1.0], [-1.0, 1.0]]

    References:
        He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015, equation 10, for the variance.
    """
    if contrast <= 0:
        raise ConfigError(f"initializer 'checkerboard': contrast must be > 0, got {contrast}")
    std = contrast * spec.gain / np.sqrt(spec.fan_in)
    if len(spec.shape) != 4:
        return std * rng.standard_normal(spec.shape)
    filters, rows, columns, channels = spec.shape
    strength = std * rng.standard_normal((filters, 1, 1, channels))
    signs = (-1.0) ** np.add.outer(np.arange(rows), np.arange(columns))
    return strength * signs[None, :, :, None]


class Ripple(Activation):
    """Ripple: the identity with waves on it.

    ``f(x) = x + sin(x)``; ``f'(x) = 1 + cos(x)``.

    Example:
        >>> x = np.array([0.0, 1.0])
        >>> out = np.empty_like(x)
        >>> Ripple().value(x, out)
        >>> out.round(4).tolist()
        [0.0, 1.8415]

    References:
        Ziyin, Hartwig, Ueda: Neural networks fail to learn periodic functions and how to fix it, 2020, which
        has it beside snake.
    """

    def value(self, x: Array, out: Array) -> None:
        """Writes x + sin(x)."""
        np.sin(x, out=out)
        out += x

    def derivative(self, x: Array, out: Array) -> None:
        """Writes 1 + cos(x)."""
        np.cos(x, out=out)
        out += 1.0


@hookimpl
def convlab_initializers() -> Offers:
    """Offer the initializer."""
    return {"checkerboard": checkerboard}


@hookimpl
def convlab_activations() -> Offers:
    """Offer the activation."""
    return {"ripple": Ripple}
