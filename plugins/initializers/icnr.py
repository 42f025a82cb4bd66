"""Sub-pixel convolutions that begin without a checkerboard."""

from dataclasses import replace

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.checks import require
from convlab_plugins.initializers.inner import Inner, inner_weights

_PLUGIN = "initializer 'icnr'"


def icnr(
    spec: InitializerSpec, rng: np.random.Generator, *, scale: int = 2, inner: Inner = "he_normal"
) -> Array:
    """Repeats each kernel for all sub-pixels that it will be spread over, so that they begin alike.

    w[k] = v[floor(k/r^2)], v the weights of a layer of K/r^2 filters, r = scale

    The rearrangement of r^2 channels into r x r pixels then begins as an enlargement by nearest neighbors. It
    is taken to read the sub-pixels of an output channel from neighboring input channels.

    Args:
        spec: the array to fill. Layers that no such rearrangement can follow, which are those whose filters
            do not divide by r^2 and all that are no convolutions, get v as it is, with all filters.
        rng: source of the numbers.
        scale: r, enlargement of each side, >= 1.
        inner: initializer of v.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> spec = InitializerSpec((8, 3, 3, 1), "conv_weight", "conv1")
        >>> weights = icnr(spec, np.random.default_rng(0))
        >>> bool((weights[0] == weights[3]).all()), bool((weights[3] == weights[4]).any())
        (True, False)

    References:
        Aitken et al.: Checkerboard artifact free sub-pixel convolution, 2017 (arXiv 1707.02937), section 4.
        The order of channels is that of PyTorch's PixelShuffle and of the paper; TensorFlow's
        depth_to_space has the sub-pixels apart by the number of output channels.
    """
    require(scale >= 1, _PLUGIN, "scale", scale, ">= 1")
    filters, times = spec.shape[0], scale * scale
    rearranges = len(spec.shape) == 4 and filters % times == 0 and (filters // times) % spec.groups == 0
    times = times if rearranges else 1
    few = replace(spec, shape=(filters // times, *spec.shape[1:]))
    return np.repeat(inner_weights(inner, few, rng, plugin=_PLUGIN, field="inner"), times, axis=0)
