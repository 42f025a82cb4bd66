"""The data-dependent start of weight normalization."""

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.unit_outputs import with_centered_outputs, with_unit_outputs

_PLUGIN = "initializer 'weight_norm_data'"
_STD = 0.05


def weight_norm_data(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Gives each filter the length at which its outputs have variance 1 on real data.

    w[k] = g_k v[k]/||v[k]||, v ~ N(0, 0.05^2), g_k = 1/s_k, s_k^2 = Var(v[k] x/||v[k]||);
    as a bias initializer b[k] = -mean(w[k] x)

    Choose it for biases too, as `bias_initializer`, to move the means to 0 as the paper does.

    Args:
        spec: the array to fill, with data at hand for weights and biases. Scales are 1, shifts 0.
        rng: source of the numbers.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if there is no data at hand.

    Example:
        >>> x = 5 * np.random.default_rng(1).standard_normal((500, 3)) + 1
        >>> spec = InitializerSpec((2, 3), "dense_weight", "dense1", sample_output=lambda w: x @ w.T)
        >>> (x @ weight_norm_data(spec, np.random.default_rng(0)).T).std(axis=0).round(6).tolist()
        [1.0, 1.0]

    References:
        Salimans, Kingma: Weight normalization: a simple reparameterization to accelerate training of deep
        neural networks, 2016 (arXiv 1602.07868), equations 5 and 6. Departure: only the start is theirs;
        length and direction are not learned apart.
    """
    if len(spec.shape) == 1:
        return with_centered_outputs(spec, _PLUGIN)
    return with_unit_outputs(spec, _STD * rng.standard_normal(spec.shape), _PLUGIN)
