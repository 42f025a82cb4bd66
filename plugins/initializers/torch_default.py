"""What PyTorch does when nothing is said."""

import numpy as np

from convlab.plugin import Array, InitializerSpec


def torch_default(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Draws the weights as PyTorch's convolution and linear layers do by default.

    w ~ U(-l, l), l = 1/sqrt(fan_in), so Var(w) = 1/(3 fan_in)

    PyTorch writes it as kaiming_uniform with a = sqrt(5), whose gain is sqrt(2/(1 + 5)) = sqrt(1/3); the
    variance is a sixth of He's, which is why it stalls deep relu networks.

    Args:
        spec: the array to fill.
        rng: source of the numbers.

    Returns:
        float64 array of `spec.shape`: 0 for a bias or shift, 1 for a scale.

    Example:
        >>> spec = InitializerSpec((4, 3, 3, 1), "conv_weight", "conv1")
        >>> bool(abs(torch_default(spec, np.random.default_rng(0))).max() <= 1 / 3)
        True

    References:
        Paszke et al.: PyTorch: an imperative style, high-performance deep learning library, 2019
        (reset_parameters of its convolution and linear modules). Departure: PyTorch draws biases from the
        same interval, whose fan_in is that of the layer's weights; a bias alone does not know it and gets 0
        here.
    """
    if spec.role in ("bias", "scale", "shift"):
        return np.full(spec.shape, float(spec.role == "scale"))
    limit = 1 / np.sqrt(spec.fan_in)
    return rng.uniform(-limit, limit, spec.shape)
