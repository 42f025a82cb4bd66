"""What PyTorch does when nothing is said."""

from math import sqrt

import numpy as np

from convlab.plugin import Array, InitializerSpec, claims


@claims(
    variance=lambda spec: 1 / (3 * spec.fan_in),
    mean=lambda spec: 0.0,
    largest=lambda spec: 1 / sqrt(spec.fan_in),
)
def torch_default(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Draws the weights as PyTorch's convolution and linear layers do by default.

    w ~ U(-l, l), l = 1/sqrt(fan_in), so Var(w) = 1/(3 fan_in); biases alike, with the fan_in of their weights

    PyTorch writes it as kaiming_uniform with a = sqrt(5), whose gain is sqrt(2/(1 + 5)) = sqrt(1/3); the
    variance is a sixth of He's, which is why it stalls deep relu networks.

    Args:
        spec: the array to fill.
        rng: source of the numbers.

    Returns:
        float64 array of `spec.shape`: 0 for a shift, 1 for a scale.

    Example:
        >>> spec = InitializerSpec((4, 3, 3, 1), "conv_weight", "conv1")
        >>> bool(abs(torch_default(spec, np.random.default_rng(0))).max() <= 1 / 3)
        True

    References:
        Paszke et al.: PyTorch: an imperative style, high-performance deep learning library, 2019
        (reset_parameters of its convolution and linear modules).
    """
    if spec.role in ("scale", "shift"):
        return np.full(spec.shape, float(spec.role == "scale"))
    weight_shape = spec.shape if spec.weight_shape is None else spec.weight_shape
    limit = 1 / np.sqrt(np.prod(weight_shape[1:]))
    return rng.uniform(-limit, limit, spec.shape)
