"""The initializers that others build upon."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.checks import require
from convlab_plugins.initializers.glorot import glorot_normal, glorot_uniform
from convlab_plugins.initializers.he import he_normal, he_uniform
from convlab_plugins.initializers.lecun import lecun_normal, lecun_uniform
from convlab_plugins.initializers.orthogonal import orthogonal
from convlab_plugins.initializers.torch_default import torch_default

Inner = Literal[
    "he_normal",
    "he_uniform",
    "glorot_normal",
    "glorot_uniform",
    "lecun_normal",
    "lecun_uniform",
    "orthogonal",
    "torch_default",
]
_INNER: dict[str, Callable[[InitializerSpec, np.random.Generator], Array]] = {
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "glorot_normal": glorot_normal,
    "glorot_uniform": glorot_uniform,
    "lecun_normal": lecun_normal,
    "lecun_uniform": lecun_uniform,
    "orthogonal": orthogonal,
    "torch_default": torch_default,
}


def inner_weights(
    name: Inner, spec: InitializerSpec, rng: np.random.Generator, *, plugin: str, field: str
) -> Array:
    """Draws the weights that another initializer starts from.

    Args:
        name: of the initializer, which gets its default settings.
        spec: the array to fill.
        rng: source of the numbers.
        plugin: kind and name of the other one, for the message.
        field: its setting.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if `name` is none of them.

    Example:
        >>> spec = InitializerSpec((2, 3), "dense_weight", "dense1")
        >>> rng = np.random.default_rng(0)
        >>> inner_weights("he_normal", spec, rng, plugin="initializer 'x'", field="inner").shape
        (2, 3)
    """
    require(name in _INNER, plugin, field, name, f"one of {', '.join(_INNER)}")
    return _INNER[name](spec, rng)
