"""What theory expects of a network before training: the variance of every layer's weighted sums."""

import math
from collections.abc import Sequence

import numpy as np

from convlab.plugin import (
    Activation,
    Array,
    BatchNorm,
    Conv2D,
    Dense,
    Layer,
    Residual,
    Sample,
    Scale,
)

# E[f(sqrt(q) z)^2] under the normal density is integrated on this grid
_NORMAL = np.linspace(-10.0, 10.0, 4001)
_DENSITY = np.exp(-_NORMAL * _NORMAL / 2) / math.sqrt(2 * math.pi)


def predicted_variances(layers: Sequence[Layer], sample: Sample) -> dict[str, float]:
    """Follows the mean square of the signal through the layers of a network with random weights.

    ``Var[z_l] = n_l Var[w_l] E[x_l^2] + Var[b_l]`` with n_l weights for each sum, and
    ``E[x_{l+1}^2] = E[f(sqrt(Var[z_l]) g)^2]`` for normal g. Weights count as independent of each other and
    of what they are multiplied by, with mean 0. Pooling, padding and dropout are no part of the theory: they
    pass the mean square on as it is, so that a measured variance above the prediction tells what max-pooling
    adds. Batch normalization sets the mean square, and a residual block adds those of its branches, as if
    none of them had a mean.

    Args:
        layers: of the network, in the order of computation.
        sample: gives the mean square of the inputs and the activations.

    Returns:
        The variance of z, by layer, for the layers that weigh or activate.

    Example:
        >>> from convlab.contracts.sample import LayerActivity
        >>> from convlab import Model
        >>> model = Model([Dense(1000), Dense(10)], (500,), initializer="lecun_normal")
        >>> inputs = np.full((8, 500), 2.0, np.float32)
        >>> nothing = dict.fromkeys(("input", "before", "output", "gradient", "activation"))
        >>> activities = {
        ...     layer.name: LayerActivity(layer, parameters={}, **nothing) for layer in model.layers
        ... }
        >>> sample = Sample(inputs, inputs, inputs, inputs, 0.0, activities)
        >>> [round(variance) for variance in predicted_variances(model.layers, sample).values()]
        [4, 4]

    References:
        He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015, equations 7 to 9. Poole, Lahiri, Raghu,
        Sohl-Dickstein, Ganguli: Exponential expressivity in deep neural networks through transient chaos,
        2016, equation 3, for any activation.
    """
    found: dict[str, float] = {}
    _follow(layers, _mean_square(sample.inputs), sample, found)
    return found


def _follow(layers: Sequence[Layer], mean_square: float, sample: Sample, found: dict[str, float]) -> float:
    """Takes the mean square from the input of the layers to their output."""
    for layer in layers:
        if isinstance(layer, BatchNorm):
            mean_square = _mean_square(layer.scale) + _mean_square(layer.shift)
        elif isinstance(layer, Scale):
            mean_square *= layer.factor**2
        elif isinstance(layer, Residual):
            branches = (layer.branch.layers, layer.shortcut.layers)
            mean_square = sum(_follow(branch, mean_square, sample, found) for branch in branches)
        elif isinstance(layer, Conv2D | Dense):
            summands = int(np.prod(layer.weight.shape[1:]))
            bias = 0.0 if layer.bias is None else _variance(layer.bias)
            mean_square = summands * _variance(layer.weight) * mean_square + bias
        activity = sample.layers.get(layer.name)
        if activity is not None and not isinstance(layer, BatchNorm):
            found[layer.name] = mean_square
            mean_square = _after(activity.activation, mean_square)
    return mean_square


def _after(activation: Activation | None, mean_square: float) -> float:
    """E[f(z)^2] for normal z of this mean square."""
    if activation is None:
        return mean_square
    values = np.empty_like(_NORMAL)
    activation.value(math.sqrt(mean_square) * _NORMAL, values)
    return float(np.trapezoid(values * values * _DENSITY, _NORMAL))


def _mean_square(array: Array) -> float:
    return float(np.square(array, dtype=np.float64).mean())


def _variance(array: Array) -> float:
    return float(array.var(dtype=np.float64))
