"""Convolutions that begin as the identity."""

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers.center import at_center, in_each_group
from convlab_plugins.initializers.random_fill import random_fill


def dirac(spec: InitializerSpec, rng: np.random.Generator) -> Array:
    """Sets filter i to pass input channel i on unchanged, in each group.

    w[k, r, s, c] = 1 if k mod (K/groups) = c and (r, s) is the center tap, else 0

    The center tap is ((R-1)//2, (S-1)//2): with stride 1 and padding "same" the layer is the identity, for
    even kernels too. Filters beyond the input channels of their group are 0, and input channels beyond the
    filters go nowhere.

    Args:
        spec: the array to fill. Dense layers have no channels to pass on and vectors no taps: these get
            random weights, N(0, gain^2/fan_in).
        rng: source of those.

    Returns:
        float64 array of `spec.shape`.

    Example:
        >>> kernel = dirac(InitializerSpec((2, 3, 3, 2), "conv_weight", "conv1"), np.random.default_rng(0))
        >>> kernel[1, :, :, 1].tolist()
        [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]

    References:
        Zagoruyko, Komodakis: DiracNets: training very deep neural networks without skip-connections, 2017,
        section 3. PyTorch's dirac_ with groups agrees for odd kernels; for even ones its tap is (R//2, S//2),
        which under padding "same" (the extra pixel at bottom and right) would shift the image by one.
    """
    if len(spec.shape) != 4:
        return random_fill(spec, rng)
    return at_center(spec, in_each_group(spec, np.eye(spec.shape[0] // spec.groups, spec.shape[3])))
