"""Outputs of mean 0 and variance 1, filter by filter."""

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.data import outputs_with
from convlab_plugins.initializers.neutral import neutral


def with_unit_outputs(spec: InitializerSpec, weights: Array, plugin: str) -> Array:
    """Divides each filter by the standard deviation of its outputs on real data.

    w[k] = v[k]/s_k, s_k^2 = Var(v[k] x)

    Args:
        spec: the weights to fill, with data at hand.
        weights: v, of `spec.shape`.
        plugin: kind and name, for the message.

    Returns:
        float64 array of `spec.shape`; a filter whose outputs are all alike stays as it is.

    Raises:
        ConfigError: if there is no data at hand.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(1).standard_normal((500, 3))
        >>> spec = InitializerSpec((2, 3), "dense_weight", "dense1", sample_output=lambda w: x @ w.T)
        >>> weights = with_unit_outputs(spec, np.ones((2, 3)), "initializer 'x'")
        >>> (x @ weights.T).std(axis=0).round(6).tolist()
        [1.0, 1.0]
    """
    spread = outputs_with(spec, weights, plugin).std(axis=0)
    spread[spread == 0] = 1.0
    scaled: Array = weights / spread.reshape(-1, *[1] * (len(spec.shape) - 1))
    return scaled


def with_centered_outputs(spec: InitializerSpec, plugin: str) -> Array:
    """Gives the bias that moves the mean of each filter's outputs to 0; for other vectors 1 or 0.

    b[k] = -mean(w[k] x)

    Args:
        spec: the vector to fill; a bias has data at hand.
        plugin: kind and name, for the message.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if a bias has no data at hand.

    Example:
        >>> import numpy as np
        >>> spec = InitializerSpec((1,), "bias", "dense1", sample_output=lambda b: np.full((5, 1), 2.0) + b)
        >>> with_centered_outputs(spec, "initializer 'x'").tolist()
        [-2.0]
    """
    if spec.role != "bias":
        return neutral(spec)
    centered: Array = -outputs_with(spec, neutral(spec), plugin).mean(axis=0)
    return centered
