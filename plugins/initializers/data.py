"""Real inputs for initializers that look at data."""

import numpy as np

from convlab.errors import ConfigError
from convlab.plugin import Array, InitializerSpec

_PATCHES = 20_000


def inputs_of(spec: InitializerSpec, plugin: str) -> Array:
    """Gives a batch of what the layer is given.

    Args:
        spec: the array to fill.
        plugin: kind and name, for the message.

    Returns:
        float64 array, NHWC or (N, C).

    Raises:
        ConfigError: if there is no data at hand.

    Example:
        >>> inputs_of(InitializerSpec((2, 3), "dense_weight", "dense1"), "initializer 'x'")
        Traceback (most recent call last):
        convlab.errors.ConfigError: initializer 'x': needs inputs of 'dense1' to look at, and no data is at \
hand; give Model a sample=, or use convlab.run
    """
    if spec.sample_input is None:
        raise _no_data(spec, plugin)
    return np.asarray(spec.sample_input(), np.float64)


def outputs_with(spec: InitializerSpec, values: Array, plugin: str) -> Array:
    """Gives what the layer makes of its inputs before the activation, one output a row.

    Args:
        spec: the weights or the bias to fill.
        values: what they are filled with.
        plugin: kind and name, for the message.

    Returns:
        float64 array (N, K), the pixels of all images one below the other.

    Raises:
        ConfigError: if there is no data at hand.

    Example:
        >>> spec = InitializerSpec(
        ...     (1, 2), "dense_weight", "dense1", sample_output=lambda w: np.ones((5, 2)) @ w.T
        ... )
        >>> outputs_with(spec, np.array([[1.0, 2.0]]), "initializer 'x'").ravel().tolist()
        [3.0, 3.0, 3.0, 3.0, 3.0]
    """
    if spec.sample_output is None:
        raise _no_data(spec, plugin)
    return np.asarray(spec.sample_output(values), np.float64).reshape(-1, spec.shape[0])


def patches_of(spec: InitializerSpec, rng: np.random.Generator, plugin: str) -> list[Array]:
    """Gives windows of the layer's inputs, of the size of its kernel.

    Args:
        spec: weights of a convolution or a dense layer, whose inputs are its windows.
        rng: chooses up to 20,000 windows.
        plugin: kind and name, for the message.

    Returns:
        For each group, float64 (N, R S C/groups).

    Raises:
        ConfigError: if there is no data at hand.

    Example:
        >>> images = np.arange(18.0).reshape(2, 3, 3, 1)
        >>> spec = InitializerSpec((4, 3, 2, 1), "conv_weight", "conv1", sample_input=lambda: images)
        >>> [windows.shape for windows in patches_of(spec, np.random.default_rng(0), "initializer 'x'")]
        [(4, 6)]
    """
    x = inputs_of(spec, plugin)
    if len(spec.shape) == 2:
        return [x]
    height, width, channels = spec.shape[1:]
    missing = [(0, max(0, side - have)) for side, have in zip((height, width), x.shape[1:3], strict=True)]
    x = np.pad(x, [(0, 0), *missing, (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(1, 2))
    count = int(np.prod(windows.shape[:3]))
    chosen = np.sort(rng.permutation(count)[:_PATCHES])
    taken = windows[np.unravel_index(chosen, windows.shape[:3])]  # (N, channels of all groups, R, S)
    apart = taken.reshape(len(taken), spec.groups, channels, height, width)
    return [apart[:, group].transpose(0, 2, 3, 1).reshape(len(taken), -1) for group in range(spec.groups)]


def _no_data(spec: InitializerSpec, plugin: str) -> ConfigError:
    return ConfigError(
        f"{plugin}: needs inputs of '{spec.layer}' to look at, and no data is at hand; "
        "give Model a sample=, or use convlab.run"
    )
