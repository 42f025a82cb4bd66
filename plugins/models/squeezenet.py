"""SqueezeNet for small images."""

from convlab.errors import ConfigError
from convlab.plugin import (
    ActivationLayer,
    BatchNorm,
    Concatenate,
    Conv2D,
    Dropout,
    GlobalAveragePool,
    Layer,
    MaxPool2D,
)

# Filters of the squeezing and of each of the two widening convolutions; a pooling follows the marked ones.
_FIRES = (
    (16, 64, False),
    (16, 64, False),
    (32, 128, True),
    (32, 128, False),
    (48, 192, False),
    (48, 192, False),
    (64, 256, True),
    (64, 256, False),
)


def squeezenet(
    input_shape: tuple[int, int, int], classes: int, *, batch_norm: bool = True, dropout: float = 0.5
) -> list[Layer]:
    """Eight fire modules, in which a 1x1 convolution squeezes the channels that 1x1 and 3x3 widen again.

    conv 3x3-96, pool 2; fire 16-64, 16-64, 32-128, pool 2; fire 32-128, 48-192, 48-192, 64-256, pool 2; fire
    64-256; dropout; conv 1x1 to the classes; global average pooling. A fire s-e is conv 1x1-s, then conv
    1x1-e and conv 3x3-e side by side. 732,010 parameters on 32x32x3.

    Args:
        input_shape: (H, W, C) of the images, at least 8x8.
        classes: number of outputs.
        batch_norm: whether batch normalization follows the convolutions but the last, in place of biases.
        dropout: share that is dropped before the last convolution, in [0, 1).

    Returns:
        The layers.

    Raises:
        ConfigError: if the images are too small.

    Example:
        >>> from convlab import Model
        >>> Model(squeezenet((32, 32, 3), 10, batch_norm=False), (32, 32, 3)).parameter_count
        729034

    References:
        Iandola et al.: SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model size,
        2016, table 1. Departures, for images of 32x32: the first convolution is 3x3 without stride, the
        poolings are 2x2. The paper has no batch normalization; most trainings on CIFAR have.
    """
    if min(input_shape[:2]) < 8:
        size = "x".join(map(str, input_shape[:2]))
        raise ConfigError(f"model 'squeezenet': the images must have at least 8x8 pixels, got {size}")
    layers = [*_convolution(96, 3, batch_norm), MaxPool2D(2)]
    for squeezed, widened, pools in _FIRES:
        layers += _fire(squeezed, widened, batch_norm)
        if pools:
            layers.append(MaxPool2D(2))
    return [*layers, Dropout(dropout), Conv2D(classes, 1), GlobalAveragePool()]


def _fire(squeezed: int, widened: int, batch_norm: bool) -> list[Layer]:
    sides = [_convolution(widened, size, batch_norm) for size in (1, 3)]
    return [*_convolution(squeezed, 1, batch_norm), Concatenate(sides)]


def _convolution(filters: int, size: int, batch_norm: bool) -> list[Layer]:
    if not batch_norm:
        return [Conv2D(filters, size, padding="same", activation="default")]
    return [
        Conv2D(filters, size, padding="same", use_bias=False),
        BatchNorm(),
        ActivationLayer("default"),
    ]
