"""Depthwise filters drawn with the covariance of filters that were trained before."""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from convlab.errors import ConfigError
from convlab.plugin import Array, InitializerSpec, claims
from convlab_plugins.initializers.eigen import eigen
from convlab_plugins.initializers.neutral import neutral
from convlab_plugins.initializers.patch_filters import second_moments
from convlab_plugins.initializers.random_fill import random_fill

_PLUGIN = "initializer 'covariance_transfer'"


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in, mean=lambda spec: 0.0)
def covariance_transfer(
    spec: InitializerSpec,
    rng: np.random.Generator,
    *,
    source: str | None = None,
    array: str | None = None,
) -> Array:
    """Draws the filters of depthwise convolutions with the covariance of filters that were trained before.

    w ~ N(0, V),  V = mean of (f - m)(f - m)^T over the source's filters f of R S numbers, m their mean

    Trained depthwise filters of a small network so give the start of a wider one. All other layers, and all
    without a source, get independent weights N(0, gain^2/fan_in).

    Args:
        spec: the array to fill. Scales are 1, biases and shifts 0.
        rng: source of the numbers.
        source: file of the trained filters: a checkpoint of a run (``checkpoints/*.safetensors``), or an
            array (``.npy``) of shape (n, R, S) or (n, R, S, 1). The kernel, (R, S), must be the layer's, and
            n > R S, for V to have full rank. A run's record holds the path alone: keep the file.
        array: name of the array in a checkpoint, such as ``"conv2.weight"``; by default the weights of the
            layer of the same name.

    Returns:
        float64 array of `spec.shape`.

    Raises:
        ConfigError: if the source cannot be read, or its filters do not fit.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> trained = np.random.default_rng(0).standard_normal((900, 1, 1)) * 5
        >>> spec = InitializerSpec((900, 1, 1, 1), "conv_weight", "conv1", groups=900)
        >>> with TemporaryDirectory() as folder:
        ...     np.save(folder + "/filters.npy", trained)
        ...     drawn = covariance_transfer(spec, np.random.default_rng(1), source=folder + "/filters.npy")
        >>> round(float(drawn.std() / trained.std()), 1)
        1.0

    References:
        Trockman, Willmott, Kolter: Understanding the covariance structure of convolutional filters, 2022
        (arXiv 2210.03651): the transfer of covariances between networks. `covariance_depthwise`
        needs no trained filters. Covariances resized to kernels of another size are not offered.
    """
    if len(spec.shape) == 1:
        return neutral(spec)
    depthwise = spec.role == "conv_weight" and spec.shape[-1] == 1 and spec.groups > 1
    if source is None or not depthwise:
        return random_fill(spec, rng)
    values, vectors = eigen(_covariance(_filters(spec, source, array)))
    coordinates = rng.standard_normal((spec.shape[0], values.size)) * np.sqrt(np.maximum(values, 0))
    drawn: Array = np.einsum("ki,ij->kj", coordinates, vectors).reshape(spec.shape)
    return drawn


def _covariance(filters: Array) -> Array:
    return second_moments(filters - filters.mean(axis=0))


def _filters(spec: InitializerSpec, source: str, array: str | None) -> Array:
    """The source's filters as rows, float64 (n, R S)."""
    name = array or f"{spec.layer}.weight"
    try:
        found = _read(Path(source).expanduser(), name)
    except (OSError, ValueError, SafetensorError) as error:
        raise ConfigError(f"{_PLUGIN}: cannot read '{name}' of source {source}: {error}") from error
    kernel = spec.shape[1:3]
    fits = found.ndim in (3, 4) and found.shape[1:3] == kernel and found.shape[3:] in ((), (1,))
    if not fits or len(found) <= kernel[0] * kernel[1]:
        raise ConfigError(
            f"{_PLUGIN}: '{spec.layer}' needs more than {kernel[0] * kernel[1]} filters of shape {kernel}, "
            f"one channel each; source {source} has shape {found.shape}"
        )
    return found.reshape(len(found), -1).astype(np.float64)


def _read(path: Path, name: str) -> Array:
    if path.suffix == ".npy":
        loaded: Array = np.load(path, allow_pickle=False)
        return loaded
    with safe_open(path, framework="numpy") as file:
        held: Array = file.get_tensor(name)
        return held
