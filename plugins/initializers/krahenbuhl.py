"""Filters that all begin equally strong, measured on real data."""

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.inner import Inner, inner_weights
from convlab_plugins.initializers.unit_outputs import with_centered_outputs, with_unit_outputs

_PLUGIN = "initializer 'krahenbuhl'"


def krahenbuhl(spec: InitializerSpec, rng: np.random.Generator, *, inner: Inner = "he_normal") -> Array:
    """Scales each filter so that its outputs have variance 1 on real data, layer by layer.

    w[k] = v[k]/s_k, s_k^2 = Var(v[k] x); as a bias initializer b[k] = -mean(w[k] x)

    No filter then begins saturated or unused. Choose it for biases too, as `bias_initializer`, to move the
    means to 0 as well.

    Args:
        spec: the array to fill, with data at hand for weights and biases. Scales are 1, shifts 0.
        rng: source of the numbers.
        inner: initializer of v; its scale does not matter.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `inner` is unknown, or there is no data at hand.

    Example:
        >>> x = 5 * np.random.default_rng(1).standard_normal((500, 3)) + 1
        >>> spec = InitializerSpec((2, 3), "dense_weight", "dense1", sample_output=lambda w: x @ w.T)
        >>> (x @ krahenbuhl(spec, np.random.default_rng(0)).T).std(axis=0).round(6).tolist()
        [1.0, 1.0]

    References:
        Kraehenbuehl, Doersch, Donahue, Darrell: Data-dependent initializations of convolutional neural
        networks, 2016 (arXiv 1511.06856), algorithm 1, within layers. Departure: its second part, which
        balances layers by their gradients, is not done, as it needs a loss.
    """
    if len(spec.shape) == 1:
        return with_centered_outputs(spec, _PLUGIN)
    weights = inner_weights(inner, spec, rng, plugin=_PLUGIN, field="inner")
    return with_unit_outputs(spec, weights, _PLUGIN)
